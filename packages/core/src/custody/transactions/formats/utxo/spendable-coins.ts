import type { Coin } from '../../../chain-clients/index.ts'
import type { TransactionRow } from '../../transaction-row.ts'
import type { ReservingAccountState } from '../reserving-format.ts'
import type { SelectableCoin } from './select-coins.ts'
import { parseOutputs } from './sign-utxo.ts'

/** Unconfirmed ancestors that a transaction may have: nodes relay 25 transactions in a chain, itself included. */
const maxAncestors = 24

/** The maximum number of coins to select from, the largest ones first. */
const maxCoins = 1000

/** Coins of an account that no transaction has reserved. */
export interface SpendableCoins {
  /** Coins that are in a block. */
  readonly confirmed: readonly SelectableCoin[]
  /** The change of the account's own pending transactions. Unconfirmed coins from others can vanish, and are never spent. */
  readonly change: readonly SelectableCoin[]
  /** The sum of the coins that will be spendable once pending transactions are mined. */
  readonly later: bigint
}

/** Lists the coins that can be spent: those of the node and of the account's pending transactions, without the reserved ones. */
export function listSpendableCoins(
  coins: readonly Coin[],
  { reserved, pending }: ReservingAccountState,
  ownScript: Uint8Array,
): SpendableCoins {
  const confirmed = coins.filter((coin) => coin.confirmations > 0)
  const mined = new Set(confirmed.map(({ txid }) => txid))
  const known = new Set(confirmed.map(toOutpoint))
  const countAncestors = ancestorCounter(pending, reserved, mined)
  const change: SelectableCoin[] = []
  let later = sumOfRefused(pending, reserved)
  const touched = new Set([...reserved.keys()].map((resource) => resource.split(':')[0]))
  for (const row of pending) {
    const own = listOwnOutputs(row, ownScript).filter((coin) => !known.has(toOutpoint(coin)))
    if (own.length === 0) continue
    // Which of several versions of a replaceable transaction is mined is not known, and so neither is its change.
    const isUsable = !touched.has(row.hash) && countAncestors(row) < maxAncestors
    if (isUsable) change.push(...own)
    else later += own.filter((coin) => !reserved.has(toOutpoint(coin))).reduce((sum, { amount }) => sum + amount, 0n)
  }
  const free = confirmed.filter((coin) => !reserved.has(toOutpoint(coin)))
  return { confirmed: largest(free), change: largest(change), later }
}

/** Sums the coins of refused transactions, which are released once it is certain that no node has accepted these. */
function sumOfRefused(pending: readonly TransactionRow[], reserved: ReservingAccountState['reserved']): bigint {
  const refused = new Set(pending.filter(({ state }) => state === 'rejected').map(({ id }) => id))
  let sum = 0n
  for (const { transactionId, amount } of reserved.values()) if (refused.has(transactionId)) sum += amount ?? 0n
  return sum
}

/** Names an output: `txid:index`. */
export function toOutpoint({ txid, vout }: Pick<Coin, 'txid' | 'vout'>): string {
  return `${txid}:${vout}`
}

/**
 * Names the change of a pending transaction. Of a transaction that spends it, and a replacement of the transaction itself, only one can reserve it,
 * because a replacement has another change.
 */
export function toChangeResource(hash: string): string {
  return `${hash}:change`
}

/** Finds the outputs of a transaction that pay to the account itself. */
function listOwnOutputs({ raw, hash, state }: TransactionRow, ownScript: Uint8Array): readonly SelectableCoin[] {
  if (state === 'rejected') return []
  return parseOutputs(raw).flatMap(({ script, amount }, vout) =>
    Buffer.compare(script, ownScript) === 0 ? [{ txid: hash, vout, amount, isPending: true }] : [],
  )
}

/** Returns a function that counts a pending transaction's ancestors that may be in no block, up to the maximum. */
function ancestorCounter(
  pending: readonly TransactionRow[],
  reserved: ReservingAccountState['reserved'],
  mined: ReadonlySet<string>,
): (row: TransactionRow) => number {
  const byHash = new Map(pending.map((row) => [row.hash, row]))
  const spent = new Map<string, TransactionRow[]>()
  for (const { resource, transactionId } of reserved.values()) {
    const parent = byHash.get(resource.split(':')[0] ?? '')
    if (parent !== undefined && parent.id !== transactionId && !mined.has(parent.hash))
      spent.set(transactionId, [...(spent.get(transactionId) ?? []), parent])
  }
  return (row) => {
    const ancestors = new Set<string>()
    const queue = [row]
    for (let next = queue.pop(); next !== undefined && ancestors.size <= maxAncestors; next = queue.pop())
      for (const parent of spent.get(next.id) ?? [])
        if (!ancestors.has(parent.id)) {
          ancestors.add(parent.id)
          queue.push(parent)
        }
    // The transaction itself is an ancestor of what spends its change.
    return ancestors.size
  }
}

function largest(coins: readonly SelectableCoin[]): readonly SelectableCoin[] {
  return coins
    .toSorted((one, other) => (one.amount > other.amount ? -1 : one.amount < other.amount ? 1 : 0))
    .slice(0, maxCoins)
}
