/** The balance of a fungible token (ERC-20) that an address holds. */
export interface TokenHolding {
  /** The contract, in the format of the chain. */
  readonly tokenAddress: string
  /** In the smallest unit of the token. */
  readonly rawBalance: bigint
  readonly decimals: number
  readonly symbol: string
  readonly name: string
  /** The URL of a picture. */
  readonly logo?: string | undefined
  /** True if the indexer takes the token for spam. Such tokens are listed only where the caller asks for them. */
  readonly possibleSpam?: boolean | undefined
}

/** Non-fungible tokens (ERC-721, ERC-1155) that an address holds. */
export interface NonFungibleHolding {
  readonly contract: {
    readonly address: string
    readonly type: 'ERC_721' | 'ERC_1155'
    readonly name?: string | undefined
    readonly symbol?: string | undefined
    readonly possibleSpam?: boolean | undefined
    readonly isNsfw?: boolean | undefined
  }
  /** Decimal. */
  readonly tokenId: string
  /** How many of them; 1 for ERC-721. */
  readonly balance: bigint
  /** Where the contract says that the metadata is. Billfold does not fetch it. */
  readonly url?: string | undefined
  /** The metadata (ERC-721 and ERC-1155, "Metadata"), where the indexer has read it. */
  readonly metadata?: NonFungibleMetadata | undefined
}

/** The metadata of a non-fungible token, as its contract or its issuer publishes it. */
export interface NonFungibleMetadata {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly image?: string | undefined
  readonly attributes?: readonly { readonly type: string; readonly value: string }[] | undefined
}

/** A non-fungible token, whoever holds it. */
export type NonFungibleToken = Omit<NonFungibleHolding, 'balance'>

/** A contract of tokens on a chain. */
export interface TokenContract {
  readonly secretType: string
  readonly address: string
}

/** An address that holds tokens of a contract. */
export interface TokenHolder {
  readonly address: string
  /** In the smallest unit of the token; 1 for ERC-721. */
  readonly balance: bigint
  /** Decimal; absent for fungible tokens (ERC-20). */
  readonly tokenId?: string | undefined
}

/** An address on a chain. */
export interface TokenOwner {
  readonly secretType: string
  readonly address: string
}

/**
 * Lists the tokens of an address and the holders of a token, which no node does by itself. {@link contractIndexer} reads the contracts that a host lists; another
 * implementation may ask an indexing service. The conformance suite `describeTokenIndexer` of `@billfold/testing` checks it.
 */
export interface TokenIndexer {
  /** Returns true if tokens of the chain can be listed. */
  readonly supports: (secretType: string) => boolean
  /** Lists the fungible tokens of which the address holds any. */
  readonly listTokens: (owner: TokenOwner) => Promise<readonly TokenHolding[]>
  /** Lists the non-fungible tokens of an address, of all contracts or of those that are named. */
  readonly listNonFungibles: (
    owner: TokenOwner,
    contracts?: readonly string[],
  ) => Promise<readonly NonFungibleHolding[]>
  /** Finds a contract of non-fungible tokens. Undefined if the indexer does not know it. */
  readonly findContract: (contract: TokenContract) => Promise<NonFungibleHolding['contract'] | undefined>
  /** Finds a non-fungible token. Undefined if the indexer does not know it or it does not exist. */
  readonly findNonFungible: (contract: TokenContract, tokenId: string) => Promise<NonFungibleToken | undefined>
  /**
   * Lists who holds tokens of a contract, or one of its non-fungible tokens. Undefined if the indexer does not know the contract.
   */
  readonly listHolders: (contract: TokenContract, tokenId?: string) => Promise<readonly TokenHolder[] | undefined>
}
