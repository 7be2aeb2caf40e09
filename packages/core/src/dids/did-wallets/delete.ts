import type { CustodyServices } from '../../custody/services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { batch, isCommitError, update } from '../../kernel/storage/index.ts'
import { destroyThresholdKey } from './destroy-keys.ts'
import type { DidWalletRow } from './seal-key.ts'
import type { DidWalletSettings } from './settings.ts'
import { didWallets } from './tables.ts'

/**
 * Deletes a DID wallet and its key, so that nothing here signs for its DID again. The registry entry of the DID
 * remains. The seed of a vault remains, too, but the index is never assigned or derived again.
 *
 * @throws BillfoldError `did-wallet.not-found`
 */
export async function deleteDidWallet(
  services: CustodyServices,
  settings: DidWalletSettings,
  actor: Actor,
  row: DidWalletRow,
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
        update(didWallets, { where: { id: row.id, state: 'live' }, set }),
        auditWrite(actor, 'did-wallet.deleted', row.id, deletedAt, { did: row.did }),
        ...eventWrites(services, row.tenant, 'did.deleted', { didWalletId: row.id, did: row.did, userId: row.userId }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('did-wallet.not-found', { cause: error })
    throw error
  }
  // After the commit: if the signer is unreachable now, `maintain()` retries, since the row records the pending deletion.
  if (hasThresholdKey) await destroyThresholdKey(services, settings, row.id)
}
