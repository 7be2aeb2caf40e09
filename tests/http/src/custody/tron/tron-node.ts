import { type TronBlockClient, tronChainClient } from '@billfold/core'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { utils } from 'tronweb'
import { z } from 'zod'
import { createTronChain, type TronChain, TronRefusal } from './tron-chain.ts'

/** A node with the HTTP API of java-tron, over {@link TronChain}. */
export interface TronNode {
  readonly chain: TronChain
  readonly client: () => TronBlockClient
  /** Free bandwidth and energy that every account has left. */
  readonly resources: { bandwidth: number; energy: number }
  readonly kill: () => Promise<void>
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Starts a node in this process. */
export async function startTronNode(): Promise<TronNode> {
  const chain = createTronChain(Date.now())
  const resources = { bandwidth: 0, energy: 0 }
  let server = await listen(0)
  const { port } = server.address() as AddressInfo

  async function listen(at: number): Promise<Server> {
    const created = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        try {
          const body = answer(chain, resources, request.url ?? '', Buffer.concat(chunks).toString())
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
        } catch {
          response.writeHead(500).end()
        }
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
  const network = { genesisHash: chain.genesisHash }
  return {
    chain,
    resources,
    client: () => tronChainClient({ url: `http://127.0.0.1:${port}/`, network, timeoutMs: 60_000 }),
    kill: async () => {
      await stop()
      chain.pool.clear()
    },
    start: async () => {
      server = await listen(port)
    },
    close: stop,
  }
}

const input = z.object({
  address: z.string().default(''),
  value: z.string().default(''),
  transaction: z.string().default(''),
  owner_address: z.string().default(''),
  contract_address: z.string().default(''),
  data: z.string().default(''),
  num: z.number().default(0),
})

function answer(chain: TronChain, resources: TronNode['resources'], path: string, body: string): object {
  const {
    address,
    value,
    transaction,
    owner_address: owner,
    contract_address: contract,
    data,
    num: number,
  } = input.parse(JSON.parse(body))
  switch (path) {
    case '/wallet/getblockbynum':
      return describeBlock(chain, number)
    case '/wallet/gettransactioninfobyblocknum':
      return describeLogs(chain, number)
    case '/wallet/getnowblock':
      return toBlock(chain.newest())
    case '/walletsolidity/getnowblock':
      return toBlock(chain.solid())
    case '/wallet/getaccount': {
      const balance = chain.balances.get(toHex(address))
      return balance === undefined ? {} : { address, balance: Number(balance) }
    }
    case '/wallet/getaccountresource':
      return { freeNetUsed: 0, freeNetLimit: resources.bandwidth, EnergyLimit: resources.energy }
    case '/wallet/getchainparameters':
      return { chainParameter }
    case '/wallet/triggerconstantcontract':
      return call(chain, toHex(owner), toHex(contract), data)
    case '/wallet/broadcasthex':
      return submit(chain, transaction)
    case '/wallet/gettransactioninfobyid': {
      const block = chain.findBlock(value)
      if (block === undefined) return {}
      const result = chain.results.get(value) ?? 'SUCCESS'
      return {
        id: value,
        blockNumber: block.number,
        receipt: { result },
        ...(result !== 'SUCCESS' && { result: 'FAILED' }),
      }
    }
    case '/wallet/gettransactionfrompending':
      return chain.pool.has(value) ? { txID: value } : {}
    default:
      return {}
  }
}

/** A block with its transactions, as java-tron shows them. */
function describeBlock(chain: TronChain, number: number): object {
  const block = chain.blocks[number]
  if (block === undefined) return {}
  const transactions = block.transactions.map(({ txid, contract, owner, to, amount }) => {
    const value = {
      owner_address: owner,
      ...(contract === 'TransferContract' && { to_address: to, amount: Number(amount) }),
    }
    return {
      txID: txid,
      ret: [{ contractRet: chain.results.get(txid) ?? 'SUCCESS' }],
      raw_data: { contract: [{ type: contract, parameter: { value } }] },
    }
  })
  const parentHash = chain.blocks[number - 1]?.id ?? '0'.repeat(64)
  return {
    blockID: block.id,
    block_header: { raw_data: { number, timestamp: block.timestamp, parentHash } },
    ...(transactions.length > 0 && { transactions }),
  }
}

/** The logs of the transfers of the token in a block. */
function describeLogs(chain: TronChain, number: number): object {
  return (chain.blocks[number]?.transactions ?? []).map(({ txid, contract, owner, data }) => {
    const [, to = '', amount = ''] = /^a9059cbb0{24}([0-9a-f]{40})([0-9a-f]{64})$/.exec(data) ?? []
    const hasSucceeded = contract === 'TriggerSmartContract' && chain.results.get(txid) === 'SUCCESS'
    const topics = [
      'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
      owner.slice(2).padStart(64, '0'),
      to.padStart(64, '0'),
    ]
    return { id: txid, ...(hasSucceeded && { log: [{ address: chain.token.slice(2), topics, data: amount }] }) }
  })
}

const chainParameter = [
  { key: 'getEnergyFee', value: 420 },
  { key: 'getTransactionFee', value: 1000 },
  { key: 'getCreateNewAccountFeeInSystemContract', value: 1_000_000 },
  { key: 'getCreateAccountFee', value: 100_000 },
  { key: 'getAllowMultiSign' },
]

function call(chain: TronChain, owner: string, contract: string, data: string): object {
  if (contract !== chain.token) return { result: { result: true }, energy_used: 0, constant_result: [''] }
  const { ok, result, energy } = chain.callToken(owner, data)
  const ret = ok ? [{}] : [{ ret: 'FAILED' }]
  return { result: { result: true }, energy_used: Number(energy), constant_result: [result], transaction: { ret } }
}

function submit(chain: TronChain, hex: string): object {
  try {
    return { result: true, txid: chain.submit(hex) }
  } catch (error) {
    if (!(error instanceof TronRefusal)) throw error
    return { code: error.code, message: Buffer.from(error.message).toString('hex') }
  }
}

function toBlock({
  id,
  number,
  timestamp,
}: {
  readonly id: string
  readonly number: number
  readonly timestamp: number
}) {
  return { blockID: id, block_header: { raw_data: { ...(number > 0 && { number }), timestamp } } }
}

/** Converts an address in base58check to hex. */
export function toHex(address: string): string {
  return utils.crypto.isAddressValid(address)
    ? Buffer.from(utils.crypto.decodeBase58Address(address) || [])
        .toString('hex')
        .slice(0, 42)
    : address
}
