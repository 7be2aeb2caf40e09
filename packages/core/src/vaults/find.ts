import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { VaultRow } from './seal-entropy.ts'
import { vaults } from './tables.ts'

/** @throws BillfoldError `vault.unknown` */
export async function findVault(services: Services, tenant: string, id: string): Promise<VaultRow> {
  const [row] = await services.storage.find(vaults, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('vault.unknown')
  return row
}

/** The vaults of a tenant, oldest first, from the one behind `after`; at most `limit`. */
export function listVaults(
  services: Services,
  tenant: string,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<VaultRow[]> {
  return services.storage.find(vaults, {
    where: { tenant, ...(page.after !== undefined && { id: { gt: page.after } }) },
    orderBy: [['id', 'asc']],
    limit: page.limit,
  })
}
