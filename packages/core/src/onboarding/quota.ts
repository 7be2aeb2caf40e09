import { type Insert, insert, remove, type Storage, update, type Write } from '../storage/index.ts'
import type { FileSettings } from './settings.ts'
import { fileQuotas } from './tables.ts'

/** Whose quota. */
export interface QuotaOwner {
  readonly tenant: string
  readonly owner: string
}

/** The write that counts one more file, or the one that begins to count where none was counted yet. */
export async function countFile(
  storage: Storage,
  owner: QuotaOwner,
  { walletFiles }: FileSettings,
): Promise<Write | Insert | undefined> {
  const where = { tenant: owner.tenant, owner: owner.owner }
  const [row] = await storage.find(fileQuotas, { where, limit: 1 })
  if (row === undefined) return insert(fileQuotas, { ...where, files: 1, bytes: 0 })
  if (row.files >= walletFiles) return undefined
  return update(fileQuotas, { where: { ...where, files: { lt: walletFiles } }, add: { files: 1 } })
}

/** The write that counts the bytes of a file; it does not hold where they are more than the wallet may keep. */
export function countBytes({ tenant, owner }: QuotaOwner, bytes: number, { walletBytes }: FileSettings): Write {
  const where = { tenant, owner, bytes: { lte: walletBytes - bytes } }
  return update(fileQuotas, { where, add: { bytes } })
}

/** The writes that count a file no more, and forget a wallet that has none left. */
export function uncountFile({ tenant, owner }: QuotaOwner, bytes: number): readonly Write[] {
  return [
    update(fileQuotas, { where: { tenant, owner }, add: { files: -1, bytes: -bytes }, hits: 'any' }),
    remove(fileQuotas, { where: { tenant, owner, files: 0 }, hits: 'any' }),
  ]
}
