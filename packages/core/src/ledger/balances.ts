import type { Services } from '../services.ts'
import { type Account, placesOf } from './accounts.ts'
import { ledgerAccounts, ledgerEntries } from './tables.ts'

/** The balance of an account in minor units; zero where it was never used. */
export async function balanceOf(
  services: Services,
  tenant: string,
  currency: string,
  account: Account,
): Promise<bigint> {
  const ids = placesOf(tenant, currency, account).map(({ id }) => id)
  const rows = await services.storage.find(ledgerAccounts, { where: { id: { in: ids } } })
  return rows.reduce((sum, { balance }) => sum + balance, 0n)
}

/** What a user has in one currency. */
export interface UserBalance {
  readonly currency: string
  readonly available: bigint
  readonly held: bigint
}

/** What a user has, by currency; nothing where no account was opened. */
export async function balancesOfUser(services: Services, tenant: string, owner: string): Promise<UserBalance[]> {
  const rows = await services.storage.find(ledgerAccounts, { where: { tenant, owner } })
  return [...new Set(rows.map(({ currency }) => currency))].sort().map((currency) => {
    const of = (kind: string): bigint =>
      rows.find((row) => row.currency === currency && row.kind === kind)?.balance ?? 0n
    return { currency, available: of('available'), held: of('held') }
  })
}

/** One entry of an account. */
export interface Entry {
  readonly transferId: string
  /** Minor units; negative for what went out. */
  readonly amount: bigint
}

/** The entries of a user's account, oldest first; `after` is the transfer id of the last one seen. */
export async function entriesOf(
  services: Services,
  tenant: string,
  currency: string,
  account: Extract<Account, { owner: string }>,
  page: { readonly after?: string; readonly limit: number },
): Promise<Entry[]> {
  const [place] = placesOf(tenant, currency, account)
  if (place === undefined) return []
  const rows = await services.storage.find(ledgerEntries, {
    where: { accountId: place.id, ...(page.after !== undefined && { transferId: { gt: page.after } }) },
    orderBy: [['transferId', 'asc']],
    limit: page.limit,
  })
  return rows.map(({ transferId, amount }) => ({ transferId, amount }))
}
