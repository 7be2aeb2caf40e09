import type { RowOf } from '../../kernel/storage/index.ts'
import type { transactions } from './tables.ts'

/** A row of the table `transactions`. */
export type TransactionRow = RowOf<typeof transactions>

/** An account on a network. Wallets of all tenants with the same key share it, because the chain has one nonce sequence per account. */
export interface ChainAccount {
  readonly network: string
  readonly address: string
}

/** Returns the mutex key that serializes sends of an account. */
export function chainAccountKey({ network, address }: ChainAccount): string {
  return `${network}:${address}`
}

/** Extracts the account of a row. */
export function toChainAccount({ network, address }: ChainAccount): ChainAccount {
  return { network, address }
}
