/** An amount in whole units: `0.1`, `"0.1"`. */
export type Amount = number | string

/** What only some chains have, and who knows better than the node may say. Amounts are whole numbers of the smallest unit. */
export interface ChainSpecificFields {
  /** For {@link buildTransaction} only: what is sent gets its nonce from Billfold. */
  readonly nonce?: number | undefined
  readonly gasLimit?: Amount | undefined
  /** EVM: a transaction with one price for gas (EIP-155). */
  readonly gasPrice?: Amount | undefined
  /** EVM: one with a base fee and a tip (EIP-1559). */
  readonly maxFeePerGas?: Amount | undefined
  readonly maxPriorityFeePerGas?: Amount | undefined
  /**
   * EVM: allows that the transaction, while it waits because its fee has become too low, is replaced with the same one at a
   * higher fee, up to so much for a unit of gas.
   */
  readonly highestFeePerGas?: Amount | undefined
  /** æternity. */
  readonly fee?: Amount | undefined
  /** æternity: the height from which on it is not valid any more; 0 for never. */
  readonly ttl?: number | undefined
}

/** One argument of a contract's function. */
export interface ContractInput {
  /** An ABI type: `uint256`, `address`, `bytes32[]`, ... Tuples are not taken. */
  readonly type: string
  readonly value?: unknown
}

/** What a transaction is to do. */
export type TransactionRequest = { readonly chainSpecificFields?: ChainSpecificFields | undefined } & (
  | {
      readonly type: 'TRANSFER' | 'GAS_TRANSFER'
      readonly to: string
      readonly value: Amount
      /** EVM: call data in hex. æternity: text that goes with it. */
      readonly data?: string | undefined
    }
  | {
      readonly type: 'TOKEN_TRANSFER'
      readonly to: string
      /** The token's contract (ERC-20). */
      readonly tokenAddress: string
      /** In whole tokens. */
      readonly value: Amount
    }
  | {
      readonly type: 'NFT_TRANSFER'
      readonly to: string
      /** The token's contract (ERC-721 or ERC-1155). */
      readonly tokenAddress: string
      readonly tokenId: Amount
      /** How many, of an ERC-1155: 1. */
      readonly amount?: Amount | undefined
    }
  | {
      readonly type: 'CONTRACT_EXECUTION'
      readonly to: string
      readonly functionName: string
      readonly inputs?: readonly ContractInput[] | undefined
      /** Sent with the call: 0. */
      readonly value?: Amount | undefined
    }
)
