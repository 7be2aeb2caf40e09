import { auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, insert, isCommitError } from '../../kernel/storage/index.ts'
import { identifierWrite } from '../../identity/users/identifiers.ts'
import { users } from '../../identity/users/table.ts'
import { toWalletIdentifier } from '../wallet-login/index.ts'
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
 * @throws BillfoldError `user.exists` if the wallet or its DID already has a user; `file.limit-reached`; `storage.conflict` if a referenced file was
 *   deleted concurrently
 */
export async function createWalletUser(
  services: Services,
  settings: FileSettings,
  actor: WalletActor,
  profile: OnboardingProfile,
  { staged, referenced }: UserFiles,
): Promise<string> {
  const { tenant, wallet } = actor
  const id = newId()
  const now = services.now()
  const keys = [toWalletIdentifier(wallet)]
  const did = wallet.did === undefined ? [] : [{ kind: 'did', value: wallet.did } as const]
  const identifiers = await Promise.all(
    [...keys, ...did].map((identifier) => identifierWrite(services, tenant, id, identifier, 'signature')),
  )
  const firstFile = 1 + identifiers.length
  const finalizing = finalizeFileWrites(settings, staged, now)
  const writes = [
    insert(users, { id, tenant, reference: null, origin: 'wallet', createdAt: now, archivedAt: null }),
    ...identifiers,
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

/** Rejects early, before a large body is read; the commit of `createWalletUser` is authoritative. @throws BillfoldError `user.exists` */
export async function assertWalletHasNoUser(services: Services, actor: WalletActor): Promise<void> {
  if ((await findWalletUserId(services, actor)) !== undefined) throw new BillfoldError('user.exists')
}
