/**
 * What became of a transaction that was handed to a node. `refused`: it is not valid now, and the node did not keep it.
 * `fee-too-low` may change by itself, as fees fall.
 * `nonce-taken`: its nonce is used, by itself or by another transaction.
 */
export type BroadcastAnswer =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'nonce-taken' }
  | { readonly outcome: 'refused'; readonly reason: 'insufficient-funds' | 'fee-too-low' | 'not-valid' }

/** What a node knows of a transaction. `failed`: it is in a block, but had no effect beyond its fee. */
export interface ChainStatus {
  readonly state: 'unknown' | 'pending' | 'mined' | 'failed'
  /** Blocks from the one it is in to the newest, both counted; 0 while it is in none. */
  readonly confirmations: number
  readonly blockNumber?: number
  readonly blockHash?: string
}

/** How many transactions an account has sent, as the nonce that the next one takes. */
export interface AccountNonces {
  /** The first that is in no block. */
  readonly mined: number
  /** The first that the node has neither in a block nor waiting: all before it are there. */
  readonly next: number
}

interface AnyChainClient {
  /**
   * Which chain the node is of, as CAIP-2 writes it: `eip155:1`, `aeternity:ae_mainnet`. What is signed is good on this
   * chain only.
   */
  readonly network: string
  /** How long an answer may take, in milliseconds: 10,000 unless it is said. */
  readonly timeoutMs?: number
  /** The balance in the smallest unit; 0 for an address that the chain has not seen. */
  readonly balance: (address: string) => Promise<bigint>
  readonly nonces: (address: string) => Promise<AccountNonces>
  /** Hands a signed transaction to the node. One that it has already is `accepted`. Throws when nobody knows what became of it. */
  readonly broadcast: (raw: Uint8Array) => Promise<BroadcastAnswer>
  readonly status: (hash: string) => Promise<ChainStatus>
}

/** A call of a contract, or a plain transfer, before it is a transaction. */
export interface EvmCall {
  readonly from: string
  readonly to: string
  /** In wei. */
  readonly value: bigint
  readonly data: Uint8Array
}

/** What a unit of gas costs in wei: by EIP-1559, or by one price on chains without it. */
export type EvmFees =
  | { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
  | { readonly gasPrice: bigint }

/** A node of an EVM chain. */
export interface EvmClient extends AnyChainClient {
  readonly family: 'evm'
  readonly fees: () => Promise<EvmFees>
  /** @throws BillfoldError `transaction.insufficient-funds`, `transaction.reverted` */
  readonly estimateGas: (call: EvmCall) => Promise<bigint>
  /** What a contract answers to a call that changes nothing. @throws BillfoldError `transaction.reverted` */
  readonly call: (call: EvmCall) => Promise<Uint8Array>
}

/** A node of æternity. */
export interface AeternityClient extends AnyChainClient {
  readonly family: 'aeternity'
}

/**
 * A node of one chain: everything that Billfold asks of one. It may throw whatever it likes when the node cannot be
 * reached; what it throws is logged only, never shown.
 */
export type ChainClient = EvmClient | AeternityClient

/** The clients of a host, by secretType. */
export type ChainClients = Readonly<Record<string, ChainClient>>
