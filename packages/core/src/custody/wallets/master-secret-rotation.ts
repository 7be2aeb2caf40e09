import type { ReencryptOwnerRows } from '../../platform/master-secret.ts'
import { update } from '../../kernel/storage/index.ts'
import { openSeedEntropy, openWalletKey, sealSeedEntropy, sealWalletKey } from './sealing.ts'
import { seeds, wallets } from './tables.ts'

/** Re-encrypts an owner's wallet keys under the next master secret. */
export const reencryptWalletKeys: ReencryptOwnerRows = async (storage, ownerId, old, next) => {
  const rows = await storage.find(wallets, { where: { ownerId } })
  return rows.map((row) =>
    update(wallets, {
      where: { id: row.id, generation: old.generation },
      set: { generation: next.generation, sealedKey: sealWalletKey(row, openWalletKey(row, old), next) },
    }),
  )
}

/** Re-encrypts an owner's BIP-39 seed under the next master secret. */
export const reencryptSeeds: ReencryptOwnerRows = async (storage, ownerId, old, next) => {
  const rows = await storage.find(seeds, { where: { ownerId } })
  return rows.map((row) =>
    update(seeds, {
      where: { ownerId, generation: old.generation },
      set: { generation: next.generation, sealedEntropy: sealSeedEntropy(row, openSeedEntropy(row, old), next) },
    }),
  )
}
