import type { RowOf } from '../storage/index.ts'
import type { transactions } from './tables.ts'

/** A transaction as it is kept. */
export type TransactionRow = RowOf<typeof transactions>

/** One account on one chain, which all of its wallets share, whatever tenant they are of: there is one line of nonces. */
export interface Account {
  readonly network: string
  readonly address: string
}

/** What sends of one account take turns by. */
export function accountName({ network, address }: Account): string {
  return `${network}:${address}`
}

/** The account of a row. */
export function accountOf({ network, address }: Account): Account {
  return { network, address }
}
