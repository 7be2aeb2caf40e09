import { auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError, remove, type Write } from '../../kernel/storage/index.ts'
import { isStillControlled } from '../../identity/users/did-control.ts'
import { identifiers } from '../../identity/users/identifier-table.ts'
import { findByIdentifier, identifierWrite } from '../../identity/users/identifiers.ts'
import { users } from '../../identity/users/table.ts'
import {
  assertDidHasWalletKey,
  createControlsDid,
  resolveAddressDid,
  toWalletIdentifier,
  type WalletLoginSettings,
} from '../wallet-login/index.ts'
import { fileReferenceWrites } from './files.ts'
import { type WalletActor, findWalletUserId } from './wallet-actor.ts'
import { type OnboardingProfile, profileInsert } from './profile.ts'
import type { FileSettings } from './file-settings.ts'
import { type FileRow, finalizeFileWrites, type StagedFile } from './stage-file.ts'

/** Files that belong to a new user. */
export interface UserFiles {
  /** Uploaded with the same request. */
  readonly staged: readonly StagedFile[]
  /** Uploaded earlier and referenced by the attributes. */
  readonly referenced: readonly FileRow[]
}

/**
 * Creates the user of a wallet, with profile and files, in one commit.
 * @returns the user id
 * @throws BillfoldError `user.exists` if the wallet already has a user, or its DID has one who still controls it; `login.failed` if the
 *   wallet does not control its DID any more; `file.limit-reached`; `storage.conflict` if a referenced file was
 *   deleted concurrently
 */
export async function createWalletUser(
  services: Services,
  { files: settings, login }: { readonly files: FileSettings; readonly login: WalletLoginSettings },
  actor: WalletActor,
  profile: OnboardingProfile,
  { staged, referenced }: UserFiles,
): Promise<string> {
  const { tenant, wallet } = actor
  const id = newId()
  const now = services.now()
  const keys = [toWalletIdentifier(wallet)]
  const did = wallet.did === undefined ? [] : [{ kind: 'did', value: wallet.did } as const]
  const own = await Promise.all(
    [...keys, ...did].map((identifier) => identifierWrite(services, tenant, id, identifier, 'signature')),
  )
  const takenOver = wallet.did === undefined ? [] : await takeOverDidWrites(services, login, actor, wallet.did)
  const firstFile = 1 + takenOver.length + own.length
  const finalizing = finalizeFileWrites(settings, staged, now)
  const writes = [
    insert(users, { id, tenant, reference: null, origin: 'wallet', createdAt: now, archivedAt: null }),
    ...takenOver,
    ...own,
    ...finalizing,
    ...fileReferenceWrites(referenced, now),
    await profileInsert(services, tenant, id, profile),
    auditWrite(actor, 'user.created', id, now, { by: 'wallet' }),
    ...eventWrites(services, tenant, 'user.created', { userId: id, by: 'wallet' }),
  ]
  try {
    await services.storage.commit(batch(...writes))
    return id
  } catch (error) {
    if (!isCommitError(error)) throw error
    if (error.index < firstFile) throw new BillfoldError('user.exists', { cause: error })
    const isQuotaExceeded = error.index < firstFile + finalizing.length
    throw new BillfoldError(isQuotaExceeded ? 'file.limit-reached' : 'storage.conflict', { cause: error })
  }
}

/**
 * Builds the writes that take a DID away from a user who does not control it any more. The wallet has proved at login that it does; that may
 * have changed since.
 * @throws BillfoldError `login.failed`, `user.exists`, `transaction.chain-unavailable`
 */
async function takeOverDidWrites(
  services: Services,
  { resolveDidKeys = resolveAddressDid }: WalletLoginSettings,
  actor: WalletActor,
  did: string,
): Promise<readonly Write[]> {
  const { tenant, wallet } = actor
  await assertDidHasWalletKey(resolveDidKeys, tenant, { did }, wallet)
  const row = await findByIdentifier(services, tenant, { kind: 'did', value: did })
  if (row === undefined) return []
  const isKept =
    row.verifiedBy !== null && (await isStillControlled(createControlsDid(services, resolveDidKeys), row, did))
  if (isKept) throw new BillfoldError('user.exists')
  return [
    remove(identifiers, { where: { id: row.id, userId: row.userId } }),
    auditWrite(actor, 'user.did-transferred', row.userId, services.now()),
  ]
}

/** Rejects early, before a large body is read; the commit of `createWalletUser` is authoritative. @throws BillfoldError `user.exists` */
export async function assertWalletHasNoUser(services: Services, actor: WalletActor): Promise<void> {
  if ((await findWalletUserId(services, actor)) !== undefined) throw new BillfoldError('user.exists')
}
