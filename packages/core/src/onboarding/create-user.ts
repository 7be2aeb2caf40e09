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

/** The files that a new user comes with. */
export interface UserFiles {
  /** Sent with the request. */
  readonly staged: readonly StagedFile[]
  /** Sent before. */
  readonly used: readonly FileRow[]
}

/**
 * Makes the user of a wallet, with what the person says and all files, in one commit.
 * @throws BillfoldError `user.exists` when the wallet or its DID has a user; `file.too-many`; `storage.refused` when a file has gone meanwhile
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
  const names = [{ kind: 'public-key', value: wallet.publicKey } as const]
  const did = wallet.did === undefined ? [] : [{ kind: 'did', value: wallet.did } as const]
  const identifiers = await Promise.all(
    [...names, ...did].map((identifier) => identifierRow(services, tenant, id, identifier, 'signature')),
  )
  const firstFile = 1 + identifiers.length
  const keeping = keepWrites(settings, staged, now)
  const writes = [
    insert(users, { id, tenant, reference: null, createdAt: now, archivedAt: null }),
    ...identifiers,
    ...keeping,
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
    const full = error.index < firstFile + keeping.length
    throw new BillfoldError(full ? 'file.too-many' : 'storage.refused', { cause: error })
  }
}

/** @throws BillfoldError `user.exists`, before a large body is read; the commit decides */
export async function refuseSecondUser(services: Services, actor: WalletActor): Promise<void> {
  if ((await userOfWallet(services, actor)) !== undefined) throw new BillfoldError('user.exists')
}
