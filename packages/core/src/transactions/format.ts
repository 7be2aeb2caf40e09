import type { ChainClient, EvmFees } from '../chain-clients/index.ts'
import type { TransactionRequest } from './request.ts'

/** A transaction as a node takes it, and the hash that it goes by. */
export interface SignedTransaction {
  readonly raw: Uint8Array
  readonly hash: string
}

/** One with the same nonce and effect at a higher fee. */
export interface Replacement extends SignedTransaction {
  readonly fees: EvmFees
}

/** A transaction that lacks its nonce and its signature only. */
export interface Draft {
  readonly sign: (nonce: number, privateKey: Uint8Array) => SignedTransaction
  /** Those that may take its place later, lowest fee first: none, unless the request allows it. */
  readonly signReplacements: (nonce: number, privateKey: Uint8Array) => readonly Replacement[]
  /** One that does nothing but use the nonce, at the same fees. */
  readonly signCancel: (nonce: number, privateKey: Uint8Array) => SignedTransaction
  /** As the API shows it: what is to be signed, field by field and in one (`unsigned`). Whole numbers are decimal strings. */
  readonly show: (nonce: number) => Readonly<Record<string, unknown>>
}

/** What a draft is made for. */
export interface DraftSetting {
  /** The address that sends. */
  readonly from: string
  /** CAIP-2. */
  readonly network: string
  readonly decimals: number
  /** How often a transaction may be replaced, and the highest fee per unit of gas that may be named, if there is one. */
  readonly mostReplacements: number
  readonly highestFeePerGas?: bigint | undefined
  /** Asks the node, in bounded time. @throws BillfoldError `transaction.chain-unavailable`, also when there is none */
  readonly ask: <T>(question: (client: ChainClient) => Promise<T>) => Promise<T>
}

/**
 * How transactions of one family of chains are made. The draft asks the node for what the request leaves open.
 * @throws BillfoldError `input.invalid`, `transaction.unsupported-type`, `transaction.chain-unavailable`,
 *   `transaction.insufficient-funds`, `transaction.reverted`
 */
export type TransactionFormat = (request: TransactionRequest, setting: DraftSetting) => Promise<Draft>

/** A field of the request that is wrong. */
export function wrongField(field: string, message: string): { path: string; message: string } {
  return { path: `transactionRequest.${field}`, message }
}
