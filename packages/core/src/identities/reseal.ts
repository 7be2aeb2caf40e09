import type { Reseal } from '../credentials/reseal.ts'
import { sealUnder, unsealUnder } from '../crypto/index.ts'
import { StaleRead, type Update, update } from '../storage/index.ts'
import { keyPlace } from './seal-key.ts'
import { identities } from './tables.ts'

/** Reencrypts the keys of a user's DID wallets under the next master secret. */
export const resealIdentities: Reseal = async (storage, userId, old, next) => {
  const rows = await storage.find(identities, { where: { userId, state: 'live' } })
  return rows.flatMap((row): readonly Update[] => {
    if (row.sealedKey === null) return []
    if (row.generation !== old.generation) throw new StaleRead()
    const context = keyPlace(row)
    const sealedKey = sealUnder(next.bytes, unsealUnder(old.bytes, row.sealedKey, context), context)
    // Only if still live: a concurrently deleted wallet must not regain its key.
    const where = { id: row.id, state: 'live', generation: old.generation }
    return [update(identities, { where, set: { generation: next.generation, sealedKey } })]
  })
}
