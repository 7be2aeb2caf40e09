import type { Reseal } from '../credentials/reseal.ts'
import { update } from '../storage/index.ts'
import { openEntropy, openWalletKey, sealEntropy, sealWalletKey } from './sealing.ts'
import { seeds, wallets } from './tables.ts'

/** Re-encrypts an owner's wallet keys under the next master secret. */
export const resealWallets: Reseal = async (storage, ownerId, old, next) => {
  const rows = await storage.find(wallets, { where: { ownerId } })
  return rows.map((row) =>
    update(wallets, {
      where: { id: row.id, generation: old.generation },
      set: { generation: next.generation, sealedKey: sealWalletKey(row, openWalletKey(row, old), next) },
    }),
  )
}

/** Re-encrypts an owner's BIP-39 seed under the next master secret. */
export const resealSeeds: Reseal = async (storage, ownerId, old, next) => {
  const rows = await storage.find(seeds, { where: { ownerId } })
  return rows.map((row) =>
    update(seeds, {
      where: { ownerId, generation: old.generation },
      set: { generation: next.generation, sealedEntropy: sealEntropy(row, openEntropy(row, old), next) },
    }),
  )
}
