import { memoryStorage, utxoTransferSource } from '@billfold/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedKeyring, type TransactingHost } from '../transacting-host.ts'
import { hasLitecoind, startLitecoinNode } from './litecoin-node.ts'
import { startRegtestNode } from './regtest-node.ts'
import { createUtxoWallet, sendCoins, startUtxoHost, type UtxoWallet } from './utxo-host.ts'
import type { UtxoNode } from './utxo-node.ts'

const confirmations = 3

interface WalletEvent {
  readonly type: string
  readonly metadata: string
}

describe.each(['Esplora', 'Bitcoin Core'])('what wallets receive, by %s,', (client) => {
  recordsTransfers(startRegtestNode, client)
})
// Without Litecoin Core the report counts these as not run.
describe.skipIf(!hasLitecoind)('what wallets receive, by Litecoin Core,', () => {
  recordsTransfers(startLitecoinNode, 'a watch-only wallet')
})

function recordsTransfers(start: () => Promise<UtxoNode>, clientName: string): void {
  let node: UtxoNode
  let hosts: readonly TransactingHost[]

  beforeAll(async () => {
    node = await start()
    const client = node.clients[clientName]?.() ?? expect.fail('no client')
    const fromBlock = await client.blockNumber()
    const [storage, keyring] = [memoryStorage(), sharedKeyring()]
    const transferSource = utxoTransferSource({ client, confirmations, fromBlock, blockRange: 3 })
    const startHost = () => startUtxoHost(node, client, { storage, keyring, transferSource })
    hosts = await Promise.all([startHost(), startHost()])
  })
  afterAll(async () => {
    await Promise.all(hosts.map(({ close }) => close()))
    await node.close()
  })

  const host = (): TransactingHost => hosts[0] ?? expect.fail('no host')
  const maintain = () => Promise.all(hosts.map(({ billfold }) => billfold.maintain()))
  const received = async ({ id }: UtxoWallet) => {
    const { result } = await host().call('GET', `/api/wallets/${id}/events?size=100`)
    return (result as readonly WalletEvent[])
      .filter(({ type }) => type === 'INCOMING_TRANSACTION')
      .map(({ metadata }) => JSON.parse(metadata))
  }

  it('is recorded once each, when its block is final, without the change of their own payments', async () => {
    const [wallet, other] = [await createUtxoWallet(host(), node), await createUtxoWallet(host(), node)]
    await node.fund(wallet.address, [50_000_000n, 70_000_000n])
    await node.mine(confirmations)
    await maintain()
    const funded = (await received(wallet)).map(({ amount }) => amount)
    expect(new Set(funded)).toEqual(new Set(['50000000', '70000000']))
    expect(funded).toHaveLength(2)
    const sent = await sendCoins(host(), node, wallet.id, { to: other.address, value: '0.2' })
    expect(sent.codes).toEqual([])
    await node.mine(confirmations - 1)
    await maintain()
    expect(await received(other)).toEqual([])
    await node.mine()
    await maintain()
    await maintain()
    expect(await received(other)).toEqual([{ hash: sent.result.transactionHash, amount: '20000000' }])
    expect(await received(wallet)).toHaveLength(2)
  })

  it('is not recorded of a block that a reorganization removes before it is final', async () => {
    const wallet = await createUtxoWallet(host(), node)
    await node.fund(wallet.address, [10_000_000n])
    await maintain()
    await node.undoBlocks(1)
    await maintain()
    expect(await received(wallet)).toEqual([])
  })
}
