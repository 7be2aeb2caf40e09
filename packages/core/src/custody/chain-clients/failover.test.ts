import { describe, expect, it } from 'vitest'
import { evmChainClient } from './evm-client.ts'
import { solanaChainClient } from './solana/solana-client.ts'
import { tronChainClient } from './tron/tron-client.ts'
import { bitcoinCoreChainClient } from './utxo/bitcoin-core-client.ts'
import { esploraChainClient } from './utxo/esplora-client.ts'

const url = ['http://first.example', 'http://second.example']
const [right, wrong] = ['11'.repeat(32), '22'.repeat(32)]
const utxo = { genesisHash: right, incrementalFeeRate: 1n, dustRelayFeeRate: 1n, allowsReplacement: true }
const tronBlock = (blockID: string) => ({ blockID, block_header: { raw_data: { number: 5, timestamp: 5 } } })
const rpc = (result: unknown) => ({ jsonrpc: '2.0', id: 1, result })

/** Clients, the question by which each tells the chain of a node, and the answers of a node to it and to the number of its newest block. */
const clients = [
  {
    name: 'evmChainClient',
    connect: (fetch: typeof globalThis.fetch) => evmChainClient({ url, chainId: 1, fetch }),
    question: /eth_chainId/,
    genesis: (hash: string) => rpc(hash === right ? '0x1' : '0x2'),
    newest: rpc('0x5'),
  },
  {
    name: 'esploraChainClient',
    connect: (fetch: typeof globalThis.fetch) => esploraChainClient({ url, network: utxo, fetch }),
    question: /block-height\/0/,
    genesis: (hash: string) => hash,
    newest: 5,
  },
  {
    name: 'bitcoinCoreChainClient',
    connect: (fetch: typeof globalThis.fetch) => bitcoinCoreChainClient({ url, network: utxo, fetch }),
    question: /getblockhash/,
    genesis: rpc,
    newest: rpc(5),
  },
  {
    name: 'solanaChainClient',
    connect: (fetch: typeof globalThis.fetch) =>
      solanaChainClient({ url, network: { genesisHash: '1'.repeat(64) }, fetch }),
    question: /getGenesisHash/,
    genesis: (hash: string) => rpc(hash === right ? '1'.repeat(64) : '2'.repeat(64)),
    newest: rpc(5),
  },
  {
    name: 'tronChainClient',
    connect: (fetch: typeof globalThis.fetch) => tronChainClient({ url, network: { genesisHash: right }, fetch }),
    question: /getblockbynum/,
    genesis: tronBlock,
    newest: tronBlock('33'.repeat(32)),
  },
] as const

describe.each(clients)('$name with a second node on another chain', ({ connect, question, genesis, newest }) => {
  it('asks it nothing but its chain when the first node ends', async () => {
    let isFirstAway = false
    const asked: string[] = []
    const client = connect(async (input, init) => {
      const request = `${String(input)} ${String(init?.body)}`
      const isSecond = request.startsWith('http://second.example')
      if (isSecond) asked.push(request)
      else if (isFirstAway) throw new TypeError('fetch failed')
      const answer = question.test(request) ? genesis(isSecond ? wrong : right) : newest
      return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
    expect(await client.blockNumber?.()).toBe(5)
    isFirstAway = true
    await expect(client.blockNumber?.()).rejects.toThrow(/another (chain|network)/)
    expect(asked.filter((request) => !question.test(request))).toEqual([])
    expect(asked).toHaveLength(1)
    isFirstAway = false
    expect(await client.blockNumber?.()).toBe(5)
  })
})
