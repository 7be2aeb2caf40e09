/**
 * The result of broadcasting a transaction.
 * - `accepted`: the node has the transaction.
 * - `nonce-taken`: the nonce is already used, by this transaction or another one.
 * - `refused`: the transaction is currently invalid and the node has dropped it. `fee-too-low` can resolve itself as fees fall.
 */
export type BroadcastResult =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'nonce-taken' }
  | { readonly outcome: 'rejected'; readonly reason: 'insufficient-funds' | 'fee-too-low' | 'not-valid' }

/** The status of a transaction as reported by a node. `failed`: it is in a block but was reverted. */
export interface NodeTransactionStatus {
  readonly state: 'unknown' | 'pending' | 'mined' | 'failed'
  /** The number of blocks from the transaction's block to the newest one, inclusive. 0 if it is in no block. */
  readonly confirmations: number
  readonly blockNumber?: number
  readonly blockHash?: string
}

/** The transaction counts of an account, as the next nonce. */
export interface AccountNonces {
  /** The first nonce that is not used in a block. */
  readonly mined: number
  /** The first nonce that is neither in a block nor in the node's mempool. */
  readonly next: number
}

interface AnyChainClient {
  /**
   * The CAIP-2 id of the node's chain: `eip155:1`, `aeternity:ae_mainnet`. Signed transactions are valid on this chain only.
   */
  readonly network: string
  /** The timeout of one call in milliseconds. Default: 10,000. */
  readonly timeoutMs?: number
  /** Fetches the balance of an address in minor units. 0 for an address unknown to the chain. */
  readonly balance: (address: string) => Promise<bigint>
  /** Fetches the number of the newest block. A client without it has chains that are shown without one. */
  readonly blockNumber?: () => Promise<number>
  /** Fetches the nonces of an address. */
  readonly nonces: (address: string) => Promise<AccountNonces>
  /** Broadcasts a signed transaction (raw bytes). A known transaction is `accepted`. Throws if the result is unknown. */
  readonly broadcast: (raw: Uint8Array) => Promise<BroadcastResult>
  /** Fetches the status of a transaction by its hash, in the chain's text format (`0x...`, `th_...`). */
  readonly status: (hash: string) => Promise<NodeTransactionStatus>
}

/** The sender, recipient, value and data of an EVM call or transaction. */
export interface EvmCall {
  /** The sender's address, hex with `0x`. */
  readonly from: string
  /** The recipient's or contract's address, hex with `0x`. */
  readonly to: string
  /** In wei. */
  readonly value: bigint
  /** Call data; empty for a plain transfer. */
  readonly data: Uint8Array
  /** Estimates as if the sender were delegated to this contract (EIP-7702), hex with `0x`. The zero address: not delegated. */
  readonly delegate?: string | undefined
}

/** The fees per gas in wei: EIP-1559 fields, or a single gas price on chains without EIP-1559. */
export type EvmFees =
  | { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
  | { readonly gasPrice: bigint }

/** A client of an EVM node. */
export interface EvmClient extends AnyChainClient {
  readonly family: 'evm'
  /** Fetches the recommended fees. */
  readonly fees: () => Promise<EvmFees>
  /** Estimates the gas of a call. @throws BillfoldError `transaction.insufficient-funds`, `transaction.reverted` */
  readonly estimateGas: (call: EvmCall) => Promise<bigint>
  /** Executes a read-only contract call (`eth_call`) and returns its result. @throws BillfoldError `transaction.reverted` */
  readonly call: (call: EvmCall) => Promise<Uint8Array>
  /**
   * Executes creation code without deploying it (`eth_call` without a recipient), from an account that nobody knows, at the newest
   * block, and returns its result; undefined if it fails. Needed for signatures of contract accounts (ERC-1271, ERC-6492), which are
   * invalid on chains whose client lacks it.
   */
  readonly execute?: (code: Uint8Array, gas: bigint) => Promise<Uint8Array | undefined>
}

/** A client of an æternity node. */
export interface AeternityClient extends AnyChainClient {
  readonly family: 'aeternity'
}

/**
 * A client of a node of one chain. Implementations may throw any error if the node cannot be reached: it is logged but never
 * returned to API callers. The conformance suite `describeChainClient` of `@billfold/testing` checks an implementation.
 */
export type ChainClient = EvmClient | AeternityClient

/** The chain clients of a host, by `secretType`. */
export type ChainClients = Readonly<Record<string, ChainClient>>
