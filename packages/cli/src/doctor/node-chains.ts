import {
  bitcoinCoreChainClient,
  type ChainClient,
  esploraChainClient,
  evmChainClient,
  solanaChainClient,
  tronChainClient,
} from '@billfold/core'

/** How nodes of a chain are asked, and when one is behind. */
export interface NodeChain {
  readonly connect: (url: string, chainId: string | undefined) => ChainClient | Promise<ChainClient>
  /** The age of the newest block at which a node is behind: many times what a block takes. Undefined where blocks are made on demand. */
  readonly maxTipAgeMs: number | undefined
}

const minute = 60_000

type UtxoName = 'bitcoin' | 'bitcoin-testnet4' | 'bitcoin-signet' | 'bitcoin-regtest' | 'litecoin' | 'litecoin-regtest'

const utxo = (network: UtxoName, maxTipAgeMs?: number): NodeChain => ({
  maxTipAgeMs,
  connect: async (url) =>
    (await hasEsplora(url)) ? esploraChainClient({ url, network }) : bitcoinCoreChainClient({ url, network }),
})

const solana = (network: 'mainnet' | 'devnet' | 'testnet'): NodeChain => ({
  maxTipAgeMs: minute,
  connect: (url) => solanaChainClient({ url, network }),
})

const tron = (network: 'mainnet' | 'shasta' | 'nile'): NodeChain => ({
  maxTipAgeMs: minute,
  connect: (url) => tronChainClient({ url, network }),
})

/** The chains by the names that `--chain` takes. */
export const nodeChains: Readonly<Record<string, NodeChain>> = {
  evm: {
    maxTipAgeMs: undefined,
    connect: (url, chainId = '') => evmChainClient({ url, chainId: BigInt(chainId) }),
  },
  bitcoin: utxo('bitcoin', 120 * minute),
  'bitcoin-testnet4': utxo('bitcoin-testnet4', 240 * minute),
  'bitcoin-signet': utxo('bitcoin-signet', 120 * minute),
  'bitcoin-regtest': utxo('bitcoin-regtest'),
  litecoin: utxo('litecoin', 30 * minute),
  'litecoin-regtest': utxo('litecoin-regtest'),
  solana: solana('mainnet'),
  'solana-devnet': solana('devnet'),
  'solana-testnet': solana('testnet'),
  tron: tron('mainnet'),
  'tron-shasta': tron('shasta'),
  'tron-nile': tron('nile'),
}

/** Creates a client of a node, without options of its own. */
export function createNodeClient(
  { connect }: NodeChain,
  url: string,
  chainId: string | undefined,
): ChainClient | Promise<ChainClient> {
  return connect(url, chainId)
}

/** Esplora answers a GET with the hash of the first block, where Bitcoin Core takes nothing but POST. */
async function hasEsplora(url: string): Promise<boolean> {
  try {
    const target = new URL(url)
    target.username = ''
    target.password = ''
    const path = `${target.href.replace(/\/+$/, '')}/block-height/0`
    const response = await fetch(path, { redirect: 'error', signal: AbortSignal.timeout(10_000) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}
