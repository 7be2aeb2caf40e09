/** The length of hashes, addresses and ids of tokens. */
const maxTextLength = 128

/** Coins or tokens that an address has received. */
export interface IncomingTransfer {
  /** The number of its block. */
  readonly block: number
  /** Its position among all transfers of the block, from 0, which never changes. */
  readonly position: number
  /** The hash or id of its transaction, in the chain's text format. At most 128 characters. */
  readonly hash: string
  /** In the address format of wallets of the chain. */
  readonly to: string
  /** Absent where a transaction has no single sender. */
  readonly from?: string | undefined
  /** In minor units, above 0. */
  readonly amount: bigint
  /** The contract of a token, in the chain's format. Absent for the chain's own coin. */
  readonly tokenAddress?: string | undefined
  /** Decimal; of a non-fungible token. */
  readonly tokenId?: string | undefined
}

/** Blocks, and which of their transfers are asked for. */
export interface TransferQuery {
  readonly fromBlock: number
  /** Inclusive. At most {@link TransferSource.blockRange} blocks. */
  readonly toBlock: number
  /**
   * Returns those of the addresses that wallets have. A source reads the details of transfers to these only, and leaves out all others.
   */
  readonly findWallets: (addresses: readonly string[]) => Promise<ReadonlySet<string>>
}

/**
 * Lists what the addresses of a chain receive, block by block. `maintain()` asks for each block once, when it is final, so that a
 * reorganization never takes back what was recorded. Implementations may throw any error: the same blocks are asked for later.
 */
export interface TransferSource {
  /** The CAIP-2 id of the chain. */
  readonly network: string
  /** Fetches the number of the newest block that no reorganization is expected to remove. */
  readonly finalBlock: () => Promise<number>
  /**
   * Lists the transfers in final blocks, in the order of block and position. Throws if a block is missing, rather than to leave it out.
   */
  readonly listTransfers: (query: TransferQuery) => Promise<readonly IncomingTransfer[]>
  /** The number of blocks that are listed at a time, 1 to 1,000. */
  readonly blockRange: number
  /** The first block that is read. Default: the one after the newest final block at the first run. */
  readonly fromBlock?: number | undefined
}

/** The transfer sources of a host, by `secretType`. */
export type TransferSources = Readonly<Record<string, TransferSource>>

/**
 * Returns the transfers of a list if a source may have listed them.
 * @throws RangeError for a transfer of another block, without an amount, or with texts that no chain has
 */
export function assertTransfersOf(
  { fromBlock, toBlock }: Pick<TransferQuery, 'fromBlock' | 'toBlock'>,
  transfers: readonly IncomingTransfer[],
): readonly IncomingTransfer[] {
  for (const { block, position, hash, from = '', amount, tokenAddress = '', tokenId = '' } of transfers) {
    const isPlaced = block >= fromBlock && block <= toBlock && Number.isSafeInteger(position) && position >= 0
    const isShort = [hash, from, tokenAddress, tokenId].every((text) => text.length <= maxTextLength)
    if (!isPlaced || !isShort || amount <= 0n) throw new RangeError(`transfer ${position} of block ${block} is invalid`)
  }
  return transfers.toSorted((one, other) => one.block - other.block || one.position - other.position)
}

/** Checks the option `custody.transferSources`. @throws RangeError if a number of a source is out of range */
export function resolveTransferSources(sources: TransferSources = {}): ReadonlyMap<string, TransferSource> {
  for (const [secretType, { blockRange, fromBlock = 0 }] of Object.entries(sources)) {
    const option = `custody.transferSources.${secretType}`
    if (!Number.isInteger(blockRange) || blockRange < 1 || blockRange > 1000)
      throw new RangeError(`${option}.blockRange must be an integer from 1 to 1000, got ${blockRange}`)
    if (!Number.isSafeInteger(fromBlock) || fromBlock < 0)
      throw new RangeError(`${option}.fromBlock must be the number of a block, got ${fromBlock}`)
  }
  return new Map(Object.entries(sources))
}
