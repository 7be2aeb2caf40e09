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
 * Deletes a DID wallet and its key, so that nothing here signs for its DID again. The registry entry of the DID
 * remains. The seed of a vault remains, too, but the index is never assigned or derived again.
 *
 * @throws BillfoldError `did-wallet.not-found`
 */
export async function removeIdentity(
  services: Services,
  settings: IdentitySettings,
  actor: Actor,
  row: IdentityRow,
): Promise<void> {
  const deletedAt = services.now()
  const hasThresholdKey = row.vaultId !== null && row.sealedKey === null
  const set = {
    state: 'deleted',
    alias: null,
    sealedKey: null,
    deletedAt,
    destroyKeyAt: hasThresholdKey ? deletedAt : null,
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
  // After the commit: if the signer is unreachable now, `maintain()` retries, since the row records the pending deletion.
  if (hasThresholdKey) await destroyKeyOf(services, settings, row.id)
}
