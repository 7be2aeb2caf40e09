import type { CustodyServices } from '../../custody/services.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { VaultRow } from './seal-entropy.ts'
import { vaults } from './tables.ts'

/** Returns the vault with an id. @throws BillfoldError `vault.not-found` */
export async function getVault(services: CustodyServices, tenant: string, id: string): Promise<VaultRow> {
  const [row] = await services.storage.find(vaults, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('vault.not-found')
  return row
}

/** Lists the vaults of a tenant, oldest first: at most `limit` after the id `after`. */
export function listVaults(
  services: CustodyServices,
  tenant: string,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<VaultRow[]> {
  return services.storage.find(vaults, {
    where: { tenant, ...(page.after !== undefined && { id: { gt: page.after } }) },
    orderBy: [['id', 'asc']],
    limit: page.limit,
  })
}
