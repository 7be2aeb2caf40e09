import type { ReencryptOwnerRows } from '../../platform/master-secret.ts'
import { sealWithKey, openWithKey } from '../../kernel/crypto/index.ts'
import { StaleReadError, type Update, update } from '../../kernel/storage/index.ts'
import { didWalletKeyContext } from './seal-key.ts'
import { didWallets } from './tables.ts'

/** Reencrypts the keys of a user's DID wallets under the next master secret. */
export const reencryptDidWalletKeys: ReencryptOwnerRows = async (storage, userId, old, next) => {
  const rows = await storage.find(didWallets, { where: { userId, state: 'live' } })
  return rows.flatMap((row): readonly Update[] => {
    if (row.sealedKey === null) return []
    if (row.generation !== old.generation) throw new StaleReadError()
    const context = didWalletKeyContext(row)
    const sealedKey = sealWithKey(next.bytes, openWithKey(old.bytes, row.sealedKey, context), context)
    // Only if still live: a concurrently deleted wallet must not regain its key.
    const where = { id: row.id, state: 'live', generation: old.generation }
    return [update(didWallets, { where, set: { generation: next.generation, sealedKey } })]
  })
}
