import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, isCommitError, update } from '../storage/index.ts'
import type { IdentityRow } from './seal-key.ts'
import type { IdentitySettings } from './settings.ts'
import { identities } from './tables.ts'

/**
 * Deletes a DID wallet: its key is destroyed, and nobody here signs for its DID again. What the registry knows of the DID
 * stays. (The seed of a vault, as long as it is kept, is what the key was derived from; nothing here derives it again.)
 * @throws BillfoldError `identity.unknown`
 */
export async function removeIdentity(
  services: Services,
  { thresholdSigner }: IdentitySettings,
  actor: Actor,
  row: IdentityRow,
): Promise<void> {
  const deletedAt = services.now()
  const set = { state: 'deleted', alias: null, sealedKey: null, deletedAt }
  try {
    await services.storage.commit(
      batch(
        update(identities, { where: { id: row.id, state: 'live' }, set }),
        auditRecord(actor, 'identity.deleted', row.id, deletedAt, { did: row.did }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('identity.unknown', { cause: error })
    throw error
  }
  // After the row: a signer that cannot be reached now leaves shares that nothing refers to.
  if (row.vaultId !== null && row.sealedKey === null) await thresholdSigner?.destroyKey(row.id)
}
