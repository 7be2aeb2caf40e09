import type { Services } from '../services.ts'
import { batch, update } from '../storage/index.ts'
import type { IdentitySettings } from './settings.ts'
import { identities } from './tables.ts'

/** The maximum number of keys that one run destroys. */
const batchSize = 100

/** Milliseconds until the next attempt after the signer failed. */
const retryAfterMs = 10 * 60 * 1000

/**
 * Destroys the threshold key of a deleted wallet. A failure is only logged; the row records that the deletion is
 * pending.
 */
export async function destroyKeyOf(
  services: Services,
  { thresholdSigner }: Pick<IdentitySettings, 'thresholdSigner'>,
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
    batch(update(identities, { where: { id, state: 'deleted' }, set: { destroyKeyAt: null }, hits: 'any' })),
  )
}

/** Destroys the threshold keys of deleted wallets whose signer was unreachable. Safe to run concurrently. */
export async function destroyLeftKeys(services: Services, settings: IdentitySettings): Promise<void> {
  if (settings.thresholdSigner === undefined) return
  const now = services.now()
  const due = { destroyKeyAt: { lte: now } }
  const rows = await services.storage.find(identities, {
    where: due,
    orderBy: [['destroyKeyAt', 'asc']],
    limit: batchSize,
  })
  if (rows.length === 0) return
  const ids = rows.map(({ id }) => id)
  const postponed = {
    where: { id: { in: ids }, ...due },
    set: { destroyKeyAt: now + retryAfterMs },
    hits: 'any',
  } as const
  await services.storage.commit(batch(update(identities, postponed)))
  for (const id of ids) await destroyKeyOf(services, settings, id)
}
