import type { ChainCall } from '../../../platform/acts/act.ts'
import type { ChainClient, EvmFees } from '../../chain-clients/index.ts'
import type { TransactionRequest } from './transaction-request.ts'
import type { DelegationRules } from './evm/delegation-rules.ts'

/** A signed, serialized transaction and its hash. */
export interface SignedTransaction {
  readonly raw: Uint8Array
  readonly hash: string
}

/** A signed transaction with the same nonce and effect as another one, at a higher fee. */
export interface ReplacementTransaction extends SignedTransaction {
  readonly fees: EvmFees
}

/** A transaction that is complete except for its nonce and signature. */
export interface UnsignedTransaction {
  /** What it does: the recipient, the coins and the call data that are signed. */
  readonly call: ChainCall
  /** EVM: the contract whose code the account gets (EIP-7702), in lower case, and the chain id of the authorization (0: any). */
  readonly delegation?: { readonly delegate: string; readonly chainId: bigint } | undefined
  readonly sign: (nonce: number, privateKey: Uint8Array) => SignedTransaction
  /** Signs the replacements for fee bumping, lowest fee first. Empty unless the request allows fee bumping. */
  readonly signReplacements: (nonce: number, privateKey: Uint8Array) => readonly ReplacementTransaction[]
  /** Signs a cancellation: a transaction without effect that uses the nonce, at the same fees. */
  readonly signCancellation: (nonce: number, privateKey: Uint8Array) => SignedTransaction
  /** Describes the transaction for the API: its fields and its serialization (`unsigned`). Integers are decimal strings. */
  readonly describe: (nonce: number) => Readonly<Record<string, unknown>>
}

/** The sender, chain and node access with which an unsigned transaction is built. */
export interface FormatContext {
  /** The sender's address. */
  readonly from: string
  /** CAIP-2 chain id, such as `eip155:1`. */
  readonly network: string
  readonly decimals: number
  /** The maximum number of replacements of a transaction. */
  readonly maxReplacements: number
  /** The host's limit on the fee per gas of replacements, in wei, if any. */
  readonly maxReplacementFeePerGas?: bigint | undefined
  /** Which contracts an account may be delegated to. Default: none. */
  readonly delegation?: DelegationRules | undefined
  /** Calls the node with a timeout. @throws BillfoldError `transaction.chain-unavailable`, also if no client is configured */
  readonly callNode: <T>(call: (client: ChainClient) => Promise<T>) => Promise<T>
}

/**
 * Builds unsigned transactions of one chain family. Queries the node for the fields that the request does not specify.
 * @throws BillfoldError `input.invalid`, `transaction.unsupported-type`, `transaction.chain-unavailable`,
 *   `transaction.insufficient-funds`, `transaction.reverted`
 */
export type TransactionFormat = (request: TransactionRequest, context: FormatContext) => Promise<UnsignedTransaction>

/** Creates an input issue whose path is a field of `transactionRequest`. */
export function requestIssue(field: string, message: string): { path: string; message: string } {
  return { path: `transactionRequest.${field}`, message }
}
