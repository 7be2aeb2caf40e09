/** A decimal amount, as a number or a string: `0.1`, `"0.1"`. */
export type UnitAmount = number | string

/** Chain-specific fields that override the node's recommendation. Amounts are integers of minor units (wei, aettos). */
export interface ChainSpecificFields {
  /** For {@link buildTransaction} only. Billfold assigns the nonces of transactions that it sends. */
  readonly nonce?: number | undefined
  readonly gasLimit?: UnitAmount | undefined
  /** EVM: the gas price of a legacy transaction (EIP-155), in wei. */
  readonly gasPrice?: UnitAmount | undefined
  /** EVM: the fees of an EIP-1559 transaction, in wei. */
  readonly maxFeePerGas?: UnitAmount | undefined
  readonly maxPriorityFeePerGas?: UnitAmount | undefined
  /**
   * EVM: the maximum fee per gas, in wei, up to which the fee of a pending transaction may be bumped. Without it the fee is
   * never bumped.
   */
  readonly maxReplacementFeePerGas?: UnitAmount | undefined
  /** Bitcoin, Litecoin: the fee rate, in satoshis per virtual byte, with up to three decimals. */
  readonly feeRate?: UnitAmount | undefined
  /**
   * Bitcoin, Litecoin: the maximum fee rate, in satoshis per virtual byte, up to which the fee of a pending transaction may be bumped. Without it the
   * fee is never bumped.
   */
  readonly maxReplacementFeeRate?: UnitAmount | undefined
  /** Solana: the priority fee, in millionths of a lamport per compute unit. */
  readonly computeUnitPrice?: UnitAmount | undefined
  /** Solana: the compute units that the call of a program may take. Default: 200,000. */
  readonly computeUnitLimit?: UnitAmount | undefined
  /** Solana: the accounts that a called program gets, in its order. */
  readonly accounts?: readonly SolanaAccount[] | undefined
  /** TRON: the most that a contract call may burn for energy, in sun. */
  readonly feeLimit?: UnitAmount | undefined
  /** æternity: the fee of the transaction, in aettos. */
  readonly fee?: UnitAmount | undefined
  /** æternity: the block height after which the transaction is invalid. 0 means no limit. */
  readonly ttl?: number | undefined
}

/** An account that a program of Solana gets. */
export interface SolanaAccount {
  /** In base58. */
  readonly address: string
  /** True if it must have signed, which only the wallet can. Default: false. */
  readonly isSigner?: boolean | undefined
  /** True if the program may change it. Default: false. */
  readonly isWritable?: boolean | undefined
}

/** A type as a caller writes it: `uint256`, `(address,uint256)[]`, or `tuple` with the types of its components. */
export interface AbiTypeInput {
  readonly type: string
  /** The components of a `tuple`, as in a JSON ABI. */
  readonly components?: readonly AbiTypeInput[] | undefined
}

/** An argument of a contract function. */
export interface ContractInput {
  /** An ABI type: `uint256`, `address`, `bytes32[]`, `(address,uint256)`, `tuple`, ... */
  readonly type: string
  /** The value, or its text: `"0x1c"`, `"true"`, `"[1,2,3]"`. A tuple is an array of its components, or of `{type, value}`. */
  readonly value?: unknown
  /** The types of a `tuple`, as in a JSON ABI. Without them they are read from its values. */
  readonly components?: readonly AbiTypeInput[] | undefined
}

/** A request to transfer coins or tokens, to call a contract, or to do several of these at once. */
export type TransactionRequest =
  | SingleRequest
  | {
      /** Contract accounts: several transfers and calls, all of which are executed, or none. At most 32. */
      readonly type: 'BATCH'
      readonly calls: readonly BatchedRequest[]
      readonly chainSpecificFields?: ChainSpecificFields | undefined
    }

/** A transfer or a call in a batch. */
export type BatchedRequest = Exclude<SingleRequest, { readonly type: 'DELEGATION' }>

/** A request to transfer coins or tokens or to call a contract. */
export type SingleRequest = { readonly chainSpecificFields?: ChainSpecificFields | undefined } & (
  | {
      readonly type: 'TRANSFER' | 'GAS_TRANSFER'
      readonly to: string
      readonly value: UnitAmount
      /** EVM: call data in hex. æternity: payload text. */
      readonly data?: string | undefined
    }
  | {
      readonly type: 'TOKEN_TRANSFER'
      readonly to: string
      /** The token's contract (ERC-20, TRC-20). */
      readonly tokenAddress: string
      /** In whole tokens. */
      readonly value: UnitAmount
    }
  | {
      readonly type: 'NFT_TRANSFER'
      readonly to: string
      /** The token's contract (ERC-721 or ERC-1155); on Solana the token itself (its mint). */
      readonly tokenAddress: string
      /** EVM: the token in its contract. Solana: absent, or the address of the token again. */
      readonly tokenId?: UnitAmount | undefined
      /** The number of tokens of an ERC-1155. Default: 1. */
      readonly amount?: UnitAmount | undefined
    }
  | {
      readonly type: 'CONTRACT_EXECUTION'
      /** The contract, or the program. */
      readonly to: string
      /** Solana: the instruction of an Anchor program, or empty for a program that has its own. */
      readonly functionName: string
      readonly inputs?: readonly ContractInput[] | undefined
      /** The amount of the native coin sent with the call, in minor units (wei), unlike in the other types. Default: 0. */
      readonly value?: UnitAmount | undefined
    }
  | {
      /** EVM: delegates the account to the code of a contract (EIP-7702), in the transaction that makes the call. */
      readonly type: 'DELEGATION'
      /** The contract, one that the host allows. The zero address ends a delegation. */
      readonly delegate: string
      /** Whom the transaction calls or pays. Default: the account itself, whose new code then runs. */
      readonly to?: string | undefined
      /** In whole units of the native coin. Default: 0. */
      readonly value?: UnitAmount | undefined
      /** Call data in hex. */
      readonly data?: string | undefined
      /** True if the authorization is valid on every chain (chain id 0), where the host allows that. Default: false. */
      readonly anyChain?: boolean | undefined
    }
)
