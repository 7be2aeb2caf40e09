import type { Services } from '../../platform/services.ts'
import { type RowOf, selectColumns } from '../../kernel/storage/index.ts'
import { allShards } from './accounts.ts'
import { afterId, type LedgerFinding } from './consistency.ts'
import { paginate } from './paginate.ts'
import { ledgerAccounts, ledgerHolds } from './tables.ts'

const heldBalances = selectColumns(ledgerAccounts, ({ id, tenant, kind, owner, currency, balance, entries }) => {
  return { id, tenant, kind, owner, currency, balance, entries }
})
const pendingHolds = selectColumns(ledgerHolds, ({ id, tenant, owner, currency, amount, state }) => {
  return { id, tenant, owner, currency, amount, state }
})

type HeldBalance = RowOf<typeof heldBalances>

/** Maximum number of re-reads of an account that is written concurrently. */
const maxReads = 50

/** Users per query. */
const ownersPerQuery = 250

interface Holder {
  readonly owner: string
  readonly currency: string
}

const toHolder = ({ owner, currency }: Holder): string => `${currency} ${owner}`

/**
 * Finds the held accounts whose balance is not zero and not the sum of the user's pending holds. An account with a zero balance is
 * checked from its holds, of which there are few: {@link findHoldsWithoutBalance}.
 */
export async function findWrongHolds(
  services: Services,
  accounts: readonly HeldBalance[],
): Promise<readonly HeldBalance[]> {
  const wrong: HeldBalance[] = []
  const held = accounts.filter(({ kind, balance }) => kind === 'held' && balance !== 0n)
  for (const tenant of new Set(held.map((row) => row.tenant))) {
    const rows = held.filter((row) => row.tenant === tenant)
    for (let from = 0; from < rows.length; from += ownersPerQuery) {
      const part = rows.slice(from, from + ownersPerQuery)
      const sums = await sumHolds(services, tenant, [...new Set(part.map(({ owner }) => owner))])
      wrong.push(...part.filter((row) => (sums.get(toHolder(row)) ?? 0n) !== row.balance))
    }
  }
  return wrong
}

/** Finds the held accounts of pending holds that have a zero balance, or do not exist. */
export async function findHoldsWithoutBalance(
  services: Services,
  holds: readonly (Holder & { readonly tenant: string })[],
): Promise<LedgerFinding[]> {
  const accounts = new Map<string, { readonly id: string; readonly tenant: string } & Holder>()
  for (const { tenant, owner, currency } of holds)
    for (const { id } of allShards(tenant, currency, { kind: 'held', owner }))
      accounts.set(id, { id, tenant, owner, currency })
  const rows = await services.storage.find(heldBalances, { where: { id: { in: [...accounts.keys()] } } })
  for (const { id, balance } of rows) if (balance !== 0n) accounts.delete(id)
  const findings: LedgerFinding[] = []
  for (const account of accounts.values()) findings.push(...(await compareHolds(services, account)))
  return findings
}

/** Compares a held account with the pending holds of its user, until neither changes. */
export async function compareHolds(
  services: Services,
  { id, tenant, owner, currency }: Pick<HeldBalance, 'id' | 'tenant' | 'owner' | 'currency'>,
): Promise<LedgerFinding[]> {
  const findAccount = async (): Promise<HeldBalance | undefined> =>
    (await services.storage.find(heldBalances, { where: { id }, limit: 1 }))[0]
  let detail = ''
  for (let read = 0; read < maxReads; read++) {
    const before = await findAccount()
    const total = (await sumHolds(services, tenant, [owner])).get(toHolder({ owner, currency })) ?? 0n
    if (total === (before?.balance ?? 0n)) return []
    detail = `held ${before?.balance}, open holds ${total}`
    if ((await findAccount())?.entries === before?.entries && read > 0) break
  }
  return [{ finding: 'holds-mismatch', tenant, subject: id, detail }]
}

/** Sums the pending holds by user and currency. */
async function sumHolds(
  { storage }: Services,
  tenant: string,
  owners: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const sums = new Map<string, bigint>()
  const where = { tenant, owner: { in: owners }, state: 'pending' }
  const after = (id: string | undefined) => ({ ...where, ...afterId(id) })
  for await (const holds of paginate(storage, pendingHolds, 'id', after, ({ id }) => id))
    for (const hold of holds) sums.set(toHolder(hold), (sums.get(toHolder(hold)) ?? 0n) + hold.amount)
  return sums
}
