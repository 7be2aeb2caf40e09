import { bitcoinCoreChainClient, esploraChainClient } from '@billfold/core'
import { networks } from 'bitcoinjs-lib'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { answerCore, answerEsplora } from './regtest-interfaces.ts'
import { createRegtestChain, type RegtestChain } from './regtest-chain.ts'
import type { UtxoNode } from './utxo-node.ts'

const genesisHash = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'

/** A node of {@link RegtestChain}, with the chain itself and the recommended fee rate. */
export interface RegtestNode extends UtxoNode {
  readonly chain: RegtestChain
  /** Satoshis per virtual byte. */
  recommendedFeeRate: number
}

/** Starts a node in this process, with an Esplora HTTP API under `/api` and the JSON-RPC of Bitcoin Core under `/`. */
export async function startRegtestNode(): Promise<RegtestNode> {
  const chain = createRegtestChain(networks.regtest, genesisHash, {
    incrementalFeeRate: 1000n,
    dustRelayFeeRate: 3000n,
  })
  let server = await listen(0)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`

  async function listen(at: number): Promise<Server> {
    const created = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        const path = request.url ?? '/'
        const { status, text } = path.startsWith('/api/')
          ? answerEsplora(chain, node.recommendedFeeRate, path.slice('/api'.length), body)
          : answerCore(chain, node.recommendedFeeRate, body)
        response.writeHead(status, { 'content-type': 'application/json' }).end(text)
      })
    })
    created.listen(at, '127.0.0.1')
    await once(created, 'listening')
    return created
  }

  const stop = async (): Promise<void> => {
    if (!server.listening) return
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }

  const options = { network: 'bitcoin-regtest', timeoutMs: 60_000 } as const
  const node: RegtestNode = {
    name: 'a regtest chain with the rules of Bitcoin',
    secretType: 'BITCOIN',
    network: networks.regtest,
    chain,
    url,
    recommendedFeeRate: 2,
    clients: {
      Esplora: () => esploraChainClient({ url: `${url}/api`, ...options }),
      'Bitcoin Core': () => bitcoinCoreChainClient({ url, ...options }),
    },
    fund: async (address, amounts) => chain.fund(address, amounts),
    mine: async (blocks = 1) => {
      for (let block = 0; block < blocks; block++) chain.mine()
    },
    undoBlocks: async (count) => chain.undoBlocks(count),
    find: async (txid) => {
      const found = chain.findTransaction(txid)
      if (found === undefined) return undefined
      const confirmations = found.height === undefined ? 0 : chain.height() - found.height + 1
      return { hex: found.transaction.toHex(), confirmations }
    },
    receivedBy: async (address) => chain.listCoins(address).reduce((sum, { value }) => sum + value, 0n),
    mempool: async () => [...chain.mempool.keys()],
    kill: async () => {
      await stop()
      chain.dropMempool()
    },
    start: async () => {
      server = await listen(port)
    },
    close: stop,
  }
  return node
}
