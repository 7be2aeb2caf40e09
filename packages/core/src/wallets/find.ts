import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Query, Where } from '../storage/index.ts'
import type { WalletRow } from './sealing.ts'
import { wallets } from './tables.ts'

/** Which wallets to list; what is absent does not narrow. */
export interface WalletFilter {
  readonly secretType?: string | undefined
  readonly userId?: string | undefined
  readonly identifier?: string | undefined
  readonly address?: string | undefined
  /** Archived ones or those that are not; those that are not by default. */
  readonly archived?: boolean | undefined
}

/** What wallets can be sorted by: plain columns. */
export const walletSorts = ['createdAt', 'address', 'description', 'identifier', 'secretType'] as const

/** A page of a list, counted from 1, and its order: newest first unless it says otherwise. Ids settle what is equal. */
export interface WalletPage {
  readonly page: number
  readonly size: number
  readonly sortOn?: (typeof walletSorts)[number] | undefined
  readonly sortOrder?: 'asc' | 'desc' | undefined
}

/** The wallets of a tenant that pass a filter. */
export function listWallets(
  services: Services,
  tenant: string,
  filter: WalletFilter,
  page: WalletPage,
): Promise<WalletRow[]> {
  const where: Where<WalletRow> = {
    tenant,
    ...(filter.secretType !== undefined && { secretType: filter.secretType }),
    ...(filter.userId !== undefined && { userId: filter.userId }),
    ...(filter.identifier !== undefined && { identifier: filter.identifier }),
    ...(filter.address !== undefined && { address: filter.address }),
    archivedAt: filter.archived === true ? { gt: 0 } : null,
  }
  return services.storage.find(wallets, {
    where,
    orderBy: orderOf(page),
    limit: page.size,
    offset: (page.page - 1) * page.size,
  })
}

/** Ids are ordered by time, so that what is sorted by time needs no further column. */
function orderOf({ sortOn, sortOrder = 'desc' }: WalletPage): NonNullable<Query<WalletRow>['orderBy']> {
  return sortOn === undefined || sortOn === 'createdAt'
    ? [['id', sortOrder]]
    : [
        [sortOn, sortOrder],
        ['id', sortOrder],
      ]
}

/** @throws BillfoldError `wallet.unknown` */
export async function findWallet(services: Services, tenant: string, id: string): Promise<WalletRow> {
  const [row] = await services.storage.find(wallets, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('wallet.unknown')
  return row
}
