import type { CustodyServices } from '../services.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Query, type RowOf, selectColumns, type Where } from '../../kernel/storage/index.ts'
import type { CustodyWalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/** Criteria for listing wallets. Absent fields do not filter. */
export interface WalletFilter {
  readonly secretType?: string | undefined
  /** Any of these chains. */
  readonly secretTypes?: readonly string[] | undefined
  readonly userId?: string | undefined
  /** True lists wallets of users only. */
  readonly hasUser?: boolean | undefined
  /** The origins of users whose wallets are listed, with `none` for wallets without a user. */
  readonly userOrigins?: readonly string[] | undefined
  readonly identifier?: string | undefined
  readonly address?: string | undefined
  /** True lists archived wallets only, false or absent lists active wallets only. */
  readonly archived?: boolean | undefined
}

/** The columns that wallets can be sorted by. */
export const walletSortColumns = ['createdAt', 'address', 'description', 'identifier', 'secretType'] as const

/** A part of a list of wallets and its sort order. The default order is newest first, and ties are broken by id. */
export interface WalletPage {
  readonly offset: number
  readonly limit: number
  readonly sortOn?: (typeof walletSortColumns)[number] | undefined
  readonly sortOrder?: 'asc' | 'desc' | undefined
}

/** The sort columns without an index: with null cells, or too long. */
const withoutIndex: ReadonlySet<string> = new Set(['description', 'identifier'])

/** Maximum number of wallets that are sorted without an index. */
export const maxSortedWallets = 10_000

/**
 * Lists the wallets of a tenant that match a filter.
 * @throws BillfoldError `input.invalid` for an order by `description` or `identifier` if the tenant, or the user of the filter, has more
 *   than 10,000 wallets
 */
export async function listWallets(
  services: CustodyServices,
  tenant: string,
  filter: WalletFilter,
  page: WalletPage,
): Promise<CustodyWalletRow[]> {
  const where = toWhere(tenant, filter)
  if (page.sortOn !== undefined && withoutIndex.has(page.sortOn))
    await limitSorting(services, tenant, filter.userId, page.sortOn)
  return services.storage.find<typeof wallets>(wallets, {
    where,
    orderBy: toOrderBy(page),
    limit: page.limit,
    offset: page.offset,
    mayBeStale: true,
  })
}

const filteredWallets = selectColumns(
  wallets,
  ({ id, tenant, userId, userOrigin, secretType, address, identifier, archivedAt }) => {
    return { id, tenant, userId, userOrigin, secretType, address, identifier, archivedAt }
  },
)

/** Counts the wallets of a part of {@link listWallets}, without reading all of each. The order does not matter. */
export async function countWallets(
  { storage }: CustodyServices,
  tenant: string,
  filter: WalletFilter,
  part: { readonly offset: number; readonly limit: number },
): Promise<number> {
  const where = toWhere(tenant, filter)
  const query = { where, orderBy: [['id', 'desc']], ...part, mayBeStale: true } as const
  return (await storage.find(filteredWallets, query)).length
}

function toWhere(tenant: string, filter: WalletFilter): Where<RowOf<typeof filteredWallets>> {
  return {
    tenant,
    ...(filter.secretTypes !== undefined && { secretType: { in: [...filter.secretTypes] } }),
    ...(filter.secretType !== undefined && { secretType: filter.secretType }),
    ...(filter.hasUser === true && { userId: { ne: null } }),
    ...(filter.userId !== undefined && { userId: filter.userId }),
    ...(filter.userOrigins !== undefined && { userOrigin: { in: [...filter.userOrigins] } }),
    ...(filter.identifier !== undefined && { identifier: filter.identifier }),
    ...(filter.address !== undefined && { address: filter.address }),
    archivedAt: filter.archived === true ? { gt: 0 } : null,
  }
}

async function limitSorting(
  { storage }: CustodyServices,
  tenant: string,
  userId: string | undefined,
  sortOn: string,
): Promise<void> {
  const where = { tenant, ...(userId !== undefined && { userId }) }
  const beyond = await storage.find(wallets, { where, orderBy: [['id', 'asc']], limit: 1, offset: maxSortedWallets })
  if (beyond.length === 0) return
  const message = `cannot be "${sortOn}" for more than ${maxSortedWallets} wallets: filter by userId`
  throw new BillfoldError('input.invalid', { issues: [{ path: 'sortOn', message }] })
}

/** Ids are UUIDv7 and sort by creation time, so that sorting by `createdAt` needs no extra column. */
function toOrderBy({ sortOn, sortOrder = 'desc' }: WalletPage): NonNullable<Query<CustodyWalletRow>['orderBy']> {
  return sortOn === undefined || sortOn === 'createdAt'
    ? [['id', sortOrder]]
    : [
        [sortOn, sortOrder],
        ['id', sortOrder],
      ]
}

/** Gets a wallet of a tenant by its id. @throws BillfoldError `wallet.not-found` */
export async function getCustodyWallet(
  services: CustodyServices,
  tenant: string,
  id: string,
): Promise<CustodyWalletRow> {
  const [row] = await services.storage.find(wallets, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('wallet.not-found')
  return row
}
