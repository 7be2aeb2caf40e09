import { evmTransferSource } from '@billfold/core'
import { describeTransferSource, type TransferSourceUnderTest, transferSourceCases } from '@billfold/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { type Anvil, startAnvil } from './anvil.ts'
import { type EvmConnection, evmConnections, jsonRpcConnection } from './evm-connections.ts'
import { randomAddress } from './transacting-chain.ts'

const confirmations = 3
let running: Promise<Anvil> | undefined

afterAll(async () => (await running)?.stop())

/** New addresses on a node that the cases share. */
async function startChain({ connect }: EvmConnection): Promise<TransferSourceUnderTest> {
  running ??= startAnvil()
  const anvil = await running
  const [from] = (await anvil.rpc('eth_accounts')) as readonly string[]
  return {
    source: evmTransferSource({ client: connect(anvil, 60_000), confirmations, blockRange: 3 }),
    wallets: [randomAddress(), randomAddress()],
    stranger: randomAddress(),
    amount: 1n,
    pay: async (to, amount) => {
      const hash = String(await anvil.rpc('eth_sendTransaction', { from, to, value: `0x${amount.toString(16)}` }))
      while ((await anvil.rpc('eth_getTransactionReceipt', hash)) === null) await anvil.rpc('evm_mine')
      return hash
    },
    finalize: async () => {
      await anvil.rpc('anvil_mine', `0x${confirmations.toString(16)}`)
    },
    close: async () => {},
  }
}

for (const connection of evmConnections)
  describeTransferSource(`evmTransferSource over ${connection.name}`, () => startChain(connection))

/** Replaces a part of a source by a faulty one. */
type Fault = (source: TransferSourceUnderTest['source']) => Partial<TransferSourceUnderTest['source']>

const faults: readonly (readonly [string, Fault])[] = [
  [
    'lists what strangers receive',
    (source) => ({
      listTransfers: (query) => source.listTransfers({ ...query, findWallets: async (all) => new Set(all) }),
    }),
  ],
  [
    'leaves out the last block of a range',
    (source) => ({
      listTransfers: async (query) => (await source.listTransfers(query)).filter(({ block }) => block < query.toBlock),
    }),
  ],
  [
    'lists transfers twice',
    (source) => ({ listTransfers: async (query) => (await source.listTransfers(query)).flatMap((one) => [one, one]) }),
  ],
  [
    'takes the newest block as final',
    (source) => ({ finalBlock: async () => (await source.finalBlock()) + confirmations - 1 }),
  ],
  [
    'leaves out blocks that are missing',
    (source) => ({ listTransfers: (query) => source.listTransfers(query).catch(() => []) }),
  ],
  [
    'numbers what it lists',
    (source) => ({
      listTransfers: async (query) =>
        (await source.listTransfers(query)).map((one, position) => ({ ...one, block: query.fromBlock, position })),
    }),
  ],
]

describe('the conformance suite', () => {
  it.each(faults)('fails a source that %s', async (_name, fault) => {
    const failed: string[] = []
    for (const { name, run } of transferSourceCases) {
      const chain = await startChain(jsonRpcConnection)
      await run({ ...chain, source: { ...chain.source, ...fault(chain.source) } }).catch(() => failed.push(name))
    }
    expect(failed).not.toEqual([])
  })
})
