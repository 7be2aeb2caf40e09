import type { Reseal } from '../credentials/reseal.ts'
import { sealUnder, unsealUnder } from '../crypto/index.ts'
import { StaleRead, update } from '../storage/index.ts'
import { entropyPlace, heldBy } from './seal-entropy.ts'
import { vaults } from './tables.ts'

/** Reencrypts the seeds of a user's vaults under the next master secret. */
export const resealVaults: Reseal = async (storage, userId, old, next) => {
  const rows = await storage.find(vaults, { where: { userId } })
  return rows
    .filter(({ sealedEntropy }) => sealedEntropy !== null)
    .map((row) => {
      if (row.generation !== old.generation) throw new StaleRead()
      const entropy = unsealUnder(old.bytes, heldBy(row).sealed, entropyPlace(row))
      return update(vaults, {
        where: { id: row.id, generation: old.generation },
        set: { generation: next.generation, sealedEntropy: sealUnder(next.bytes, entropy, entropyPlace(row)) },
      })
    })
}
