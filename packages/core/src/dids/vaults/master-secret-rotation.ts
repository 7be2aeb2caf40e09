import type { ReencryptOwnerRows } from '../../platform/master-secret.ts'
import { sealWithKey, openWithKey } from '../../kernel/crypto/index.ts'
import { StaleReadError, update } from '../../kernel/storage/index.ts'
import { vaultEntropyContext, toSealedSecret } from './seal-entropy.ts'
import { vaults } from './tables.ts'

/** Reencrypts the seeds of a user's vaults under the next master secret. */
export const reencryptVaultEntropy: ReencryptOwnerRows = async (storage, userId, old, next) => {
  const rows = await storage.find(vaults, { where: { userId } })
  return rows
    .filter(({ sealedEntropy }) => sealedEntropy !== null)
    .map((row) => {
      if (row.generation !== old.generation) throw new StaleReadError()
      const entropy = openWithKey(old.bytes, toSealedSecret(row).sealed, vaultEntropyContext(row))
      return update(vaults, {
        where: { id: row.id, generation: old.generation },
        set: { generation: next.generation, sealedEntropy: sealWithKey(next.bytes, entropy, vaultEntropyContext(row)) },
      })
    })
}
