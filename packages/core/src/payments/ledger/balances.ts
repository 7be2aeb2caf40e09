import type { Services } from '../../platform/services.ts'
import { type LedgerAccount, allShards } from './accounts.ts'
import { ledgerAccounts, ledgerEntries } from './tables.ts'

/** Returns the balance of an account in minor units; zero if the account does not exist. */
export async function getAccountBalance(
  services: Services,
  tenant: string,
  currency: string,
  account: LedgerAccount,
): Promise<bigint> {
  const ids = allShards(tenant, currency, account).map(({ id }) => id)
  const rows = await services.storage.find(ledgerAccounts, { where: { id: { in: ids } } })
  return rows.reduce((sum, { balance }) => sum + balance, 0n)
}

/** The balances of accounts in minor units, by the id of their row. An account without a row is missing. */
export type AccountBalances = ReadonlyMap<string, bigint>

/** Reads the balances of rows. */
export async function listBalances({ storage }: Services, ids: readonly string[]): Promise<AccountBalances> {
  const rows = await storage.find(ledgerAccounts, { where: { id: { in: ids } } })
  return new Map(rows.map(({ id, balance }) => [id, balance]))
}

/** Reads the balances of the two accounts that a hold writes. */
export function listHoldBalances(
  services: Services,
  { tenant, currency, owner }: { readonly tenant: string; readonly currency: string; readonly owner: string },
): Promise<AccountBalances> {
  const kinds = ['available', 'held'] as const
  const ids = kinds.flatMap((kind) => allShards(tenant, currency, { kind, owner }).map(({ id }) => id))
  return listBalances(services, ids)
}

/** Balances of a user in one currency, in minor units. */
export interface UserBalance {
  readonly currency: string
  readonly available: bigint
  readonly held: bigint
}

/** Lists the balances of a user by currency; empty if the user has no account. */
export async function listUserBalances(services: Services, tenant: string, owner: string): Promise<UserBalance[]> {
  const rows = await services.storage.find(ledgerAccounts, { where: { tenant, owner } })
  return [...new Set(rows.map(({ currency }) => currency))].sort().map((currency) => {
    const balanceFor = (kind: string): bigint =>
      rows.find((row) => row.currency === currency && row.kind === kind)?.balance ?? 0n
    return { currency, available: balanceFor('available'), held: balanceFor('held') }
  })
}

/** One entry of an account. */
export interface LedgerEntry {
  readonly transferId: string
  /** In minor units; negative for outgoing money. */
  readonly amount: bigint
}

/**
 * Lists the entries of a user's account, oldest first. `after` is the transfer id of the last entry of the previous
 * page.
 */
export async function listLedgerEntries(
  services: Services,
  tenant: string,
  currency: string,
  account: Extract<LedgerAccount, { owner: string }>,
  page: { readonly after?: string; readonly limit: number },
): Promise<LedgerEntry[]> {
  const [shard] = allShards(tenant, currency, account)
  if (shard === undefined) return []
  const rows = await services.storage.find(ledgerEntries, {
    where: { accountId: shard.id, ...(page.after !== undefined && { transferId: { gt: page.after } }) },
    orderBy: [['transferId', 'asc']],
    limit: page.limit,
  })
  return rows.map(({ transferId, amount }) => ({ transferId, amount }))
}
