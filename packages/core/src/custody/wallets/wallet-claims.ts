import type { Services } from '../../platform/services.ts'
import { wallets } from './tables.ts'

/** A wallet as relying parties of a login see it. */
interface WalletClaim {
  readonly id: string
  readonly secretType: string
  readonly address: string
}

/** Lists the wallets of a user that are not archived, oldest first; at most 100. */
export async function listWalletClaims(
  { storage }: Services,
  tenant: string,
  userId: string,
): Promise<readonly WalletClaim[]> {
  const where = { tenant, userId, archivedAt: null }
  const rows = await storage.find(wallets, { where, orderBy: [['id', 'asc']], limit: 100 })
  return rows.map(({ id, secretType, address }) => ({ id, secretType, address }))
}
