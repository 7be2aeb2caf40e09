import type { RowOf } from '../storage/index.ts'
import type { transactions } from './tables.ts'

/** A row of the table `transactions`. */
export type TransactionRow = RowOf<typeof transactions>

/** An account on a network. Wallets of all tenants with the same key share it, because the chain has one nonce sequence per account. */
export interface Account {
  readonly network: string
  readonly address: string
}

/** Returns the mutex key that serializes sends of an account. */
export function accountName({ network, address }: Account): string {
  return `${network}:${address}`
}

/** Extracts the account of a row. */
export function accountOf({ network, address }: Account): Account {
  return { network, address }
}
