import { auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError } from '../storage/index.ts'
import { identifierRow } from '../users/identifiers.ts'
import { users } from '../users/table.ts'
import { useWrites } from './files.ts'
import { type WalletActor, userOfWallet } from './owner.ts'
import { type Profile, profileRow } from './profile.ts'
import type { FileSettings } from './settings.ts'
import { type FileRow, keepWrites, type StagedFile } from './stage-file.ts'

/** Files that belong to a new user. */
export interface UserFiles {
  /** Uploaded with the same request. */
  readonly staged: readonly StagedFile[]
  /** Uploaded earlier and referenced by the attributes. */
  readonly used: readonly FileRow[]
}

/**
 * Creates the user of a wallet, with profile and files, in one commit.
 * @returns the user id
 * @throws BillfoldError `user.exists` if the wallet or its DID already has a user; `file.too-many`; `storage.conflict` if a referenced file was
 *   deleted concurrently
 */
export async function createWalletUser(
  services: Services,
  settings: FileSettings,
  actor: WalletActor,
  profile: Profile,
  { staged, used }: UserFiles,
): Promise<string> {
  const { tenant, wallet } = actor
  const id = newId()
  const now = services.now()
  const keys = [{ kind: 'public-key', value: wallet.publicKey } as const]
  const did = wallet.did === undefined ? [] : [{ kind: 'did', value: wallet.did } as const]
  const identifiers = await Promise.all(
    [...keys, ...did].map((identifier) => identifierRow(services, tenant, id, identifier, 'signature')),
  )
  const firstFile = 1 + identifiers.length
  const finalizing = keepWrites(settings, staged, now)
  const writes = [
    insert(users, { id, tenant, reference: null, createdAt: now, archivedAt: null }),
    ...identifiers,
    ...finalizing,
    ...useWrites(used, now),
    await profileRow(services, tenant, id, profile),
    auditRecord(actor, 'user.created', id, now, { by: 'wallet' }),
    ...eventWrites(services, tenant, 'user.created', { userId: id, by: 'wallet' }),
  ]
  try {
    await services.storage.commit(batch(...writes))
    return id
  } catch (error) {
    if (!isCommitError(error)) throw error
    if (error.index < firstFile) throw new BillfoldError('user.exists', { cause: error })
    const isQuotaExceeded = error.index < firstFile + finalizing.length
    throw new BillfoldError(isQuotaExceeded ? 'file.too-many' : 'storage.refused', { cause: error })
  }
}

/** Rejects early, before a large body is read; the commit of `createWalletUser` is authoritative. @throws BillfoldError `user.exists` */
export async function refuseSecondUser(services: Services, actor: WalletActor): Promise<void> {
  if ((await userOfWallet(services, actor)) !== undefined) throw new BillfoldError('user.exists')
}
