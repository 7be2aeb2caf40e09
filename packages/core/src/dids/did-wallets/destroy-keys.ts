import type { CustodyServices } from '../../custody/services.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import type { DidWalletSettings } from './settings.ts'
import { didWallets } from './tables.ts'

/** The maximum number of keys that one run destroys. */
const batchSize = 100

/** Milliseconds until the next attempt after the signer failed. */
const retryAfterMs = 10 * 60 * 1000

/**
 * Destroys the threshold key of a deleted wallet. A failure is only logged; the row records that the deletion is
 * pending.
 */
export async function destroyThresholdKey(
  services: CustodyServices,
  { thresholdSigner }: Pick<DidWalletSettings, 'thresholdSigner'>,
  id: string,
): Promise<void> {
  if (thresholdSigner === undefined) return
  try {
    await thresholdSigner.destroyKey(id)
  } catch (error) {
    services.logger.warn({ cause: error, didWallet: id }, 'threshold key deletion failed')
    return
  }
  await services.storage.commit(
    batch(update(didWallets, { where: { id, state: 'deleted' }, set: { destroyKeyAt: null }, expectedRows: 'any' })),
  )
}

/** Destroys the threshold keys of deleted wallets whose signer was unreachable. Safe to run concurrently. */
export async function destroyPendingThresholdKeys(
  services: CustodyServices,
  settings: DidWalletSettings,
): Promise<void> {
  if (settings.thresholdSigner === undefined) return
  const now = services.now()
  const due = { destroyKeyAt: { lte: now } }
  const rows = await services.storage.find(didWallets, {
    where: due,
    orderBy: [['destroyKeyAt', 'asc']],
    limit: batchSize,
  })
  if (rows.length === 0) return
  const ids = rows.map(({ id }) => id)
  const postponed = {
    where: { id: { in: ids }, ...due },
    set: { destroyKeyAt: now + retryAfterMs },
    expectedRows: 'any',
  } as const
  await services.storage.commit(batch(update(didWallets, postponed)))
  for (const id of ids) await destroyThresholdKey(services, settings, id)
}
