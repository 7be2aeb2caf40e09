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

/**
 * The result of broadcasting a transaction that has no nonce.
 * - `accepted`: the node has the transaction.
 * - `conflict`: the node does not know something that it spends, or another transaction has spent it.
 * - `expired`: it can be in no later block.
 * - `rejected`: it is currently invalid and the node has dropped it.
 */
export type ReservingBroadcastResult =
  | Exclude<BroadcastResult, { readonly outcome: 'nonce-taken' }>
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'expired' }

/** The newest block that a node has. */
export interface ChainTip {
  readonly number: number
  /** When it was made, by the clock of whoever made it, in epoch milliseconds; undefined if the node does not say. */
  readonly timestamp?: number | undefined
  /** True if the node knows that it is behind its network. */
  readonly isSyncing: boolean
}

/** What the clients of all chains have. */
export interface CommonChainClient {
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
  /** Fetches the newest block and its age, by which `billfold doctor` tells a node that is behind. */
  readonly tip?: () => Promise<ChainTip>
  /** Fetches the status of a transaction by its hash, in the chain's text format (`0x...`, `th_...`). */
  readonly status: (hash: string) => Promise<NodeTransactionStatus>
  /** Confirmations after which a transaction is final. Default: 12. */
  readonly finalityConfirmations?: number
}

/** A client of a chain whose accounts number their transactions: each nonce is used once, in order. */
export interface NonceChainClient extends CommonChainClient {
  /** Fetches the nonces of an address. */
  readonly nonces: (address: string) => Promise<AccountNonces>
  /** Broadcasts a signed transaction (raw bytes). A known transaction is `accepted`. Throws if the result is unknown. */
  readonly broadcast: (raw: Uint8Array) => Promise<BroadcastResult>
}

/**
 * A client of a chain without nonces: a transaction spends certain outputs, or is valid until it expires. What it uses up is reserved in
 * the storage, so that no two transactions use the same.
 */
export interface ReservingChainClient extends CommonChainClient {
  /** Broadcasts a signed transaction (raw bytes). A known transaction is `accepted`. Throws if the result is unknown. */
  readonly broadcast: (raw: Uint8Array) => Promise<ReservingBroadcastResult>
  /**
   * Returns true if another transaction in a block has used what this one (raw bytes) uses, so that it can never be mined. Absent on chains on which
   * transactions only expire.
   */
  readonly isReplaced?: (raw: Uint8Array) => Promise<boolean>
  /**
   * Fetches the newest expiry that has passed for good, in the unit of the chain: the time of the newest final block in ms, or its height. A
   * transaction that expires before it and that the node does not know can never be mined. Absent on chains on which transactions do not expire.
   */
  readonly expiredUntil?: () => Promise<number>
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
export interface EvmClient extends NonceChainClient {
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
export interface AeternityClient extends NonceChainClient {
  readonly family: 'aeternity'
}

/** An output of a transaction that an address can spend. */
export interface Coin {
  /** The transaction's id: 64 hex digits, as block explorers show it. */
  readonly txid: string
  /** The index of the output. */
  readonly vout: number
  /** In minor units (satoshis). */
  readonly amount: bigint
  /** 0 if the transaction is in no block. */
  readonly confirmations: number
}

/** A client of a node of the Bitcoin family. */
export interface UtxoClient extends ReservingChainClient {
  readonly family: 'utxo'
  /** Fetches the unspent outputs of an address that are in a block, and may add those that are in none. */
  readonly unspent: (address: string) => Promise<readonly Coin[]>
  /** Fetches the fee rate, in minor units per 1000 virtual bytes, at which a transaction is mined soon, and at least what the node relays. */
  readonly feeRate: () => Promise<bigint>
  /** The highest fee rate that a transaction may pay, in minor units per 1000 virtual bytes. A higher one is an error of the node or the caller. */
  readonly maxFeeRate: bigint
  /** The fee rate by which nodes decide what is dust, in minor units per 1000 virtual bytes. */
  readonly dustRelayFeeRate: bigint
  /** The fee rate that nodes require of a replacement for its relay, and of any transaction, in minor units per 1000 virtual bytes. */
  readonly incrementalFeeRate: bigint
  /** True if nodes replace a pending transaction by one with a higher fee (BIP-125). */
  readonly allowsReplacement: boolean
  readonly isReplaced: (raw: Uint8Array) => Promise<boolean>
}

/** A token of Solana. */
export interface SolanaToken {
  /** The address of its program: Token or Token-2022. */
  readonly program: string
  readonly decimals: number
  /** What a new token account costs, in lamports. */
  readonly accountRent: bigint
  /** How much of it exists, in minor units. NFTs cannot be sent by a client that does not say it. */
  readonly supply?: bigint | undefined
}

/** An account that holds a token of Solana. */
export interface SolanaTokenAccount {
  /** In minor units. */
  readonly amount: bigint
  /** True if its token cannot be transferred by its owner alone, as that of a programmable NFT. */
  readonly isFrozen: boolean
}

/** A client of a node of Solana. Addresses and hashes are in base58. */
export interface SolanaClient extends ReservingChainClient {
  readonly family: 'solana'
  /** Fetches a recent blockhash, and the height of the last block that a transaction with it can be in. */
  readonly latestBlockhash: () => Promise<{ readonly blockhash: string; readonly lastValidBlockHeight: number }>
  /** Fetches the priority fee, in millionths of a lamport per compute unit, with which a transaction that writes these accounts is mined soon. */
  readonly computeUnitPrice: (addresses: readonly string[]) => Promise<bigint>
  /** Fetches the program that owns an account; undefined if the account does not exist. */
  readonly accountOwner: (address: string) => Promise<string | undefined>
  /** Fetches a token; undefined if the address is none. */
  readonly token: (mint: string) => Promise<SolanaToken | undefined>
  /** Fetches a token account; undefined if the address is none. NFTs cannot be sent by a client that lacks it. */
  readonly tokenAccount?: (address: string) => Promise<SolanaTokenAccount | undefined>
  /** The highest priority fee of a transaction, in millionths of a lamport per compute unit. */
  readonly maxComputeUnitPrice: bigint
  /** The height of the newest finalized block. */
  readonly expiredUntil: () => Promise<number>
}

/** A call of a contract of TRON. Addresses are in base58check (`T…`). */
export interface TronCall {
  readonly from: string
  readonly to: string
  /** In sun. */
  readonly value: bigint
  readonly data: Uint8Array
}

/** What an account can use without burning TRX, and what TRX buys. Prices are in sun per unit. */
export interface TronResources {
  /** The energy of the account's stake that is left. */
  readonly energy: bigint
  /** The free and the staked bandwidth that are left, in bytes. A transaction uses one of the two. */
  readonly freeBandwidth: bigint
  readonly stakedBandwidth: bigint
  readonly energyPrice: bigint
  readonly bandwidthPrice: bigint
  /** What a transfer of TRX to an account that does not exist burns besides, in sun. */
  readonly accountCreationFee: bigint
}

/** A client of a TRON node. */
export interface TronClient extends ReservingChainClient {
  readonly family: 'tron'
  /** Fetches the number, hash (64 hex digits) and time (ms) of a recent block, on whose chain alone a transaction is valid. */
  readonly referenceBlock: () => Promise<{ readonly number: number; readonly hash: string; readonly timestamp: number }>
  /** Fetches the resources of an account. */
  readonly resources: (address: string) => Promise<TronResources>
  /** Returns true if an account exists on the chain. */
  readonly accountExists: (address: string) => Promise<boolean>
  /** Executes a call without sending it. @throws BillfoldError `transaction.reverted` */
  readonly call: (call: TronCall) => Promise<{ readonly result: Uint8Array; readonly energy: bigint }>
  /** The highest `fee_limit` of a transaction, in sun. */
  readonly maxFeeLimit: bigint
  /** How long after its reference block a transaction can be mined, in milliseconds. */
  readonly lifetimeMs: number
  readonly expiredUntil: () => Promise<number>
}

/**
 * A client of a node of one chain, by `family`. Implementations may throw any error if the node cannot be reached: it is logged but never
 * returned to API callers. The conformance suite `describeChainClient` of `@billfold/testing` checks an implementation.
 */
export type ChainClient = EvmClient | AeternityClient | UtxoClient | SolanaClient | TronClient

/** Returns true if the accounts of a client's chain number their transactions. */
export function hasNonces(client: ChainClient): client is Extract<ChainClient, NonceChainClient> {
  return 'nonces' in client
}

/** The chain clients of a host, by `secretType`. */
export type ChainClients = Readonly<Record<string, ChainClient>>
