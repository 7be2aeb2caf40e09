import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, isCommitError, update } from '../storage/index.ts'
import { destroyKeyOf } from './destroy-keys.ts'
import type { IdentityRow } from './seal-key.ts'
import type { IdentitySettings } from './settings.ts'
import { identities } from './tables.ts'

/**
 * Deletes a DID wallet: its key is destroyed, and nobody here signs for its DID again. What the registry knows of the DID
 * stays. (The seed of a vault, as long as it is kept, is what the key was derived from; its index is never given out again,
 * and nothing here derives it again.)
 * @throws BillfoldError `identity.unknown`
 */
export async function removeIdentity(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  row: IdentityRow,
): Promise<void> {
  const deletedAt = services.now()
  const isShared = row.vaultId !== null && row.sealedKey === null
  const set = {
    state: 'deleted',
    alias: null,
    sealedKey: null,
    deletedAt,
    destroyKeyAt: isShared ? deletedAt : null,
  }
  try {
    await services.storage.commit(
      batch(
        update(identities, { where: { id: row.id, state: 'live' }, set }),
        auditRecord(actor, 'identity.deleted', row.id, deletedAt, { did: row.did }),
        ...eventWrites(services, row.tenant, 'did.deleted', { identityId: row.id, did: row.did, userId: row.userId }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('identity.unknown', { cause: error })
    throw error
  }
  // After the row, which keeps that it is still to be done: a signer that cannot be reached now is told by `maintain()`.
  if (isShared) await destroyKeyOf(services, settings, row.id)
}
