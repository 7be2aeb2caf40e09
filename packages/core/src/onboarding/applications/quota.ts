import { type Insert, insert, remove, type Storage, update, type Write } from '../../kernel/storage/index.ts'
import type { FileSettings } from './file-settings.ts'
import { fileQuotas } from './tables.ts'

/** The wallet that a quota applies to. */
export interface QuotaOwner {
  readonly tenant: string
  readonly owner: string
}

/** Write that adds one file to a wallet's quota, inserting the quota row on first use. Undefined if the limit is reached. */
export async function reserveFileQuota(
  storage: Storage,
  owner: QuotaOwner,
  { maxFilesPerWallet }: FileSettings,
): Promise<Write | Insert | undefined> {
  const where = { tenant: owner.tenant, owner: owner.owner }
  const [row] = await storage.find(fileQuotas, { where, limit: 1 })
  if (row === undefined) return insert(fileQuotas, { ...where, files: 1, bytes: 0 })
  if (row.files >= maxFilesPerWallet) return undefined
  return update(fileQuotas, { where: { ...where, files: { lt: maxFilesPerWallet } }, add: { files: 1 } })
}

/** Write that adds a file's size to a wallet's quota. The commit fails if it would exceed the limit. */
export function reserveByteQuota(
  { tenant, owner }: QuotaOwner,
  bytes: number,
  { maxBytesPerWallet }: FileSettings,
): Write {
  const where = { tenant, owner, bytes: { lte: maxBytesPerWallet - bytes } }
  return update(fileQuotas, { where, add: { bytes } })
}

/** Writes that release a file's share of the quota and delete the quota row of a wallet without files. */
export function releaseFileQuota({ tenant, owner }: QuotaOwner, bytes: number): readonly Write[] {
  return [
    update(fileQuotas, { where: { tenant, owner }, add: { files: -1, bytes: -bytes }, expectedRows: 'any' }),
    remove(fileQuotas, { where: { tenant, owner, files: 0 }, expectedRows: 'any' }),
  ]
}
