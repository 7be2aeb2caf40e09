import type { UtxoBlock, UtxoBlockClient } from '../chain-clients/index.ts'
import type { IncomingTransfer, TransferSource } from './transfer-source.ts'

/** Options of {@link utxoTransferSource}. */
export interface UtxoTransferSourceOptions {
  /** `bitcoinCoreChainClient` or `esploraChainClient`. */
  readonly client: UtxoBlockClient
  /** The confirmations after which a block is final, 1 to 10,000. Default: that of the client, which is 6. */
  readonly confirmations?: number
  /** The number of blocks that are read at a time, 1 to 1,000. Default: 2. */
  readonly blockRange?: number
  /** The first block that is read. Default: the one after the newest final block at the first run. */
  readonly fromBlock?: number
}

/**
 * Creates a source of what addresses of Bitcoin and Litecoin receive, which reads whole blocks. Change is not among it: what an address gets of a
 * transaction that spends its own coins. Confidential outputs (MWEB) are in no address.
 * @throws RangeError if `confirmations` is out of range
 *
 * @example
 * ```ts
 * import { bitcoinCoreChainClient, createBillfold, environmentKeyring, memoryStorage, utxoTransferSource } from '@billfold/core'
 *
 * const client = bitcoinCoreChainClient({ url: 'http://user:password@node.example:8332', network: 'bitcoin', wallet: 'billfold' })
 * const billfold = createBillfold({
 *   storage: memoryStorage(),
 *   keyring: environmentKeyring(),
 *   custody: { chainClients: { BITCOIN: client }, transferSources: { BITCOIN: utxoTransferSource({ client }) } },
 * })
 * ```
 */
export function utxoTransferSource(options: UtxoTransferSourceOptions): TransferSource {
  const { client, blockRange = 2, fromBlock, confirmations = client.finalityConfirmations ?? 6 } = options
  if (!Number.isInteger(confirmations) || confirmations < 1 || confirmations > 10_000)
    throw new RangeError(`utxoTransferSource: confirmations must be an integer from 1 to 10000, got ${confirmations}`)
  return {
    network: client.network,
    blockRange,
    fromBlock,
    finalBlock: async () => Math.max(0, (await client.blockNumber()) - confirmations + 1),
    listTransfers: async ({ fromBlock: first, toBlock, findWallets }) => {
      const listed: IncomingTransfer[] = []
      for (let number = first, parent: string | undefined; number <= toBlock; number++) {
        const block = await client.block(number)
        if (parent !== undefined && block.parentHash !== parent) throw new Error(`block ${number} is of another fork`)
        parent = block.hash
        listed.push(...listOutputs(number, block))
      }
      const wallets = await findWallets(listed.map(({ to }) => to))
      return listed.filter(({ to }) => wallets.has(to))
    },
  }
}

/** The position counts all outputs of the block. */
function listOutputs(number: number, { transactions }: UtxoBlock): readonly IncomingTransfer[] {
  return transactions
    .flatMap(({ txid, spentScripts, outputs }) => outputs.map((output) => ({ txid, spentScripts, output })))
    .flatMap(({ txid, spentScripts, output: { address, script, amount } }, position) =>
      address === undefined || amount === 0n || spentScripts.has(script)
        ? []
        : [{ block: number, position, hash: txid, to: address, amount }],
    )
}
