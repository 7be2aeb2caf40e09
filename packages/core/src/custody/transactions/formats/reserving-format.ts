import type { ChainCall } from '../../../platform/acts/act.ts'
import type { ChainClient } from '../../chain-clients/index.ts'
import type { Chain } from '../../wallets/chains/chain.ts'
import type { TransactionRow } from '../transaction-row.ts'
import type { TransactionRequest } from './transaction-request.ts'
import type { SignedTransaction } from './transaction-format.ts'

/** Something that a transaction uses up, which no other transaction may use. */
export interface Reservation {
  /** An output (`txid:index`), or a transaction hash. */
  readonly resource: string
  /** The amount of an output, in minor units. */
  readonly amount: bigint | null
}

/** A reservation, and the transaction that it belongs to. */
export interface StoredReservation extends Reservation {
  readonly transactionId: string
}

/** What the storage knows about the sending account when a transaction is prepared. */
export interface ReservingAccountState {
  /** What the account's transactions have reserved, by resource. */
  readonly reserved: ReadonlyMap<string, StoredReservation>
  /** The account's transactions that are not final, oldest first. */
  readonly pending: readonly TransactionRow[]
  /** From 1. Later attempts follow a conflict with another process, and must not prepare the same transaction again. */
  readonly attempt: number
}

/** A signed transaction with the same effect as another one, at a higher fee, of which at most one can be mined. */
export interface FeeRateReplacement extends SignedTransaction {
  readonly feeRate: bigint
}

/** A signed transaction and what it uses up. */
export interface ReservingTransaction extends SignedTransaction {
  readonly reservations: readonly Reservation[]
  /** Signed replacements for fee bumping, lowest fee first. Their fees are in minor units per 1000 virtual bytes. */
  readonly replacements: readonly FeeRateReplacement[]
  /** When it expires, in the unit of the chain; null if it never does. */
  readonly expiry: number | null
}

/** A transaction that is complete except for its signature. */
export interface PreparedTransaction {
  readonly sign: (privateKey: Uint8Array) => ReservingTransaction
  /** Describes the transaction for the API. Integers are decimal strings. */
  readonly describe: () => Readonly<Record<string, unknown>>
}

/** A transaction whose effect is decided, but not yet what it uses up. */
export interface TransactionPlan {
  /** What it does: the recipient, the coins and the call data that are signed. */
  readonly call: ChainCall
  /**
   * Chooses what the transaction uses up. Pure: it runs again after each conflict.
   * @throws BillfoldError `transaction.insufficient-funds`, `transaction.funds-pending`
   */
  readonly prepare: (state: ReservingAccountState) => PreparedTransaction
}

/** The sender, chain and node access with which a transaction without a nonce is planned. */
export interface ReservingContext {
  readonly chain: Chain
  /** The sender's address. */
  readonly from: string
  readonly publicKey: Uint8Array
  /** CAIP-2 chain id, such as `bip122:000000000019d6689c085ae165831e93`. */
  readonly network: string
  /** The current time, in milliseconds. */
  readonly now: number
  /** The maximum number of replacements of a transaction. */
  readonly maxReplacements: number
  /** The host's limit on the fee rate of replacements, in minor units per 1000 virtual bytes, if any. */
  readonly maxReplacementFeeRate?: bigint | undefined
  /** Calls the node with a timeout. @throws BillfoldError `transaction.chain-unavailable`, also if no client is configured */
  readonly callNode: <T>(call: (client: ChainClient) => Promise<T>) => Promise<T>
}

/**
 * Plans transactions of one chain family without nonces. Queries the node for what the request does not specify.
 * @throws BillfoldError `input.invalid`, `transaction.unsupported-type`, `transaction.chain-unavailable`,
 *   `transaction.insufficient-funds`, `transaction.reverted`, `transaction.fee-too-high`
 */
export type ReservingFormat = (request: TransactionRequest, context: ReservingContext) => Promise<TransactionPlan>
