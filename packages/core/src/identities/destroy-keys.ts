import type { Services } from '../services.ts'
import { batch, update } from '../storage/index.ts'
import type { IdentitySettings } from './settings.ts'
import { identities } from './tables.ts'

/** How many keys one look destroys at most; the next look goes on. */
const mostAtOnce = 100

/** How long it takes until a signer that did not answer is told again, in milliseconds. */
const againAfter = 10 * 60 * 1000

/**
 * Has the threshold signer destroy the key of a wallet that was deleted. Where that fails it is only logged: the row keeps
 * that it is still to be done.
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
    services.logger.warn({ cause: error, identity: id }, 'the key of a deleted DID wallet could not be destroyed yet')
    return
  }
  await services.storage.commit(
    batch(update(identities, { where: { id, state: 'deleted' }, set: { destroyKeyAt: null }, hits: 'any' })),
  )
}

/** Destroys the keys of wallets that were deleted while their signer could not be reached. Doing it twice at once does no harm. */
export async function destroyLeftKeys(services: Services, settings: IdentitySettings): Promise<void> {
  if (settings.thresholdSigner === undefined) return
  const now = services.now()
  const due = { destroyKeyAt: { lte: now } }
  const rows = await services.storage.find(identities, {
    where: due,
    orderBy: [['destroyKeyAt', 'asc']],
    limit: mostAtOnce,
  })
  if (rows.length === 0) return
  const ids = rows.map(({ id }) => id)
  const later = { where: { id: { in: ids }, ...due }, set: { destroyKeyAt: now + againAfter }, hits: 'any' } as const
  await services.storage.commit(batch(update(identities, later)))
  for (const id of ids) await destroyKeyOf(services, settings, id)
}
