import { memoryStorage, type Storage, type UtxoClient } from '@billfold/core'
import { payments, Psbt, Transaction } from 'bitcoinjs-lib'
import { createHash, randomBytes } from 'node:crypto'
import * as ecc from 'tiny-secp256k1'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sharedKeyring, type TransactingHost } from '../transacting-host.ts'
import { type RegtestNode, startRegtestNode } from './regtest-node.ts'
import { createUtxoWallet, replaceTransaction, sendCoins, startUtxoHost, type UtxoWallet } from './utxo-host.ts'

const coin = 100_000_000n

let node: RegtestNode
let storage: Storage
let hosts: TransactingHost[]
let ahead = 0
const keyring = sharedKeyring()

beforeEach(async () => {
  ahead = 0
  node = await startRegtestNode()
  storage = memoryStorage()
  hosts = []
})
afterEach(async () => {
  await Promise.all(hosts.map(({ close }) => close()))
  await node.close()
})

/** Starts a host over the storage of all, whose client differs in some functions. */
async function startHost(fault: (client: UtxoClient) => Partial<UtxoClient> = () => ({})): Promise<TransactingHost> {
  const client = node.clients['Esplora']?.() ?? expect.fail('no client')
  const options = { storage, keyring, now: () => Date.now() + ahead, feeBumping: { afterSeconds: 180 } }
  const host = await startUtxoHost(node, { ...client, ...fault(client) }, options)
  hosts.push(host)
  return host
}

async function fundedWallet(host: TransactingHost, ...amounts: readonly bigint[]): Promise<UtxoWallet> {
  const wallet = await createUtxoWallet(host, node)
  await node.fund(wallet.address, amounts)
  return wallet
}

const maintain = async ({ billfold }: TransactingHost, ms = 61_000): Promise<void> => {
  ahead += ms
  await billfold.maintain()
}

const newAddress = (): string => {
  const pubkey = ecc.pointFromScalar(randomBytes(32), true) ?? new Uint8Array()
  return payments.p2wpkh({ pubkey, network: node.network }).address ?? ''
}

const received = (to: string): bigint => node.chain.listCoins(to).reduce((sum, { value }) => sum + value, 0n)

const statusOf = async ({ call }: TransactingHost, txid: string) =>
  (await call('GET', `/api/transactions/BITCOIN/${txid}/status`)).result

describe('a wallet that somebody sends thousands of small coins to', () => {
  it.each(['Esplora', 'Bitcoin Core'])('still pays, by %s', async (name) => {
    const client = node.clients[name]?.() ?? expect.fail('no client')
    const host = await startHost(() => client)
    const wallet = await fundedWallet(host, coin)
    await node.fund(
      wallet.address,
      Array.from({ length: 8000 }, () => 330n),
    )
    const to = newAddress()
    expect((await sendCoins(host, node, wallet.id, { to, value: '0.3' })).codes).toEqual([])
    await node.mine()
    expect(received(to)).toBe(30_000_000n)
  })
})

describe('a crash', () => {
  it('between storing and broadcasting leaves one transaction, which another host broadcasts', async () => {
    const dying = await startHost(() => ({ broadcast: () => Promise.reject(new Error('died')) }))
    const wallet = await fundedWallet(dying, coin)
    const to = newAddress()
    const sent = await sendCoins(dying, node, wallet.id, { to, value: '0.3' }, 'key')
    expect(sent.status).toBe(200)
    expect(await node.mempool()).toEqual([])
    const other = await startHost()
    const repeated = await sendCoins(other, node, wallet.id, { to, value: '0.3' }, 'key')
    expect(repeated.result).toEqual(sent.result)
    expect(await node.mempool()).toEqual([sent.result.transactionHash])
    node.chain.dropMempool()
    await maintain(other)
    expect(await node.mempool()).toEqual([sent.result.transactionHash])
    await node.mine()
    expect(received(to)).toBe(30_000_000n)
  })

  it('between signing and storing sends nothing, and a repeat sends once', async () => {
    const host = await startHost()
    const wallet = await fundedWallet(host, coin)
    const to = newAddress()
    const commit = storage.commit.bind(storage)
    storage.commit = (batch) =>
      batch.writes.some(({ kind, table }) => kind === 'insert' && table.name === 'transactions')
        ? Promise.reject(new Error('died'))
        : commit(batch)
    expect((await sendCoins(host, node, wallet.id, { to, value: '0.3' }, 'key')).status).toBe(500)
    expect(await node.mempool()).toEqual([])
    storage.commit = commit
    expect((await sendCoins(host, node, wallet.id, { to, value: '0.3' }, 'key')).status).toBe(200)
    await node.mine()
    expect(received(to)).toBe(30_000_000n)
  })

  it('after the broadcast, before its result is stored, pays once', async () => {
    const dying = await startHost(({ broadcast }) => ({
      broadcast: async (raw) => {
        await broadcast(raw)
        throw new Error('died')
      },
    }))
    const wallet = await fundedWallet(dying, coin, coin)
    const to = newAddress()
    const sent = await sendCoins(dying, node, wallet.id, { to, value: '0.3' }, 'key')
    const other = await startHost()
    await node.mine()
    expect((await sendCoins(other, node, wallet.id, { to, value: '0.3' }, 'key')).result).toEqual(sent.result)
    await maintain(other)
    await node.mine(6)
    await maintain(other)
    expect(received(to)).toBe(30_000_000n)
    expect(await statusOf(other, sent.result.transactionHash)).toMatchObject({ hasReachedFinality: true })
  })

  it('of a chain of transactions that no node has broadcasts them in their order', async () => {
    const dying = await startHost(() => ({ broadcast: () => Promise.reject(new Error('died')) }))
    const wallet = await fundedWallet(dying, coin)
    const to = newAddress()
    for (let index = 0; index < 5; index++)
      expect((await sendCoins(dying, node, wallet.id, { to, value: '0.1' })).status).toBe(200)
    expect(await node.mempool()).toEqual([])
    // The next one depends on all of them.
    const sixth = await sendCoins(await startHost(), node, wallet.id, { to, value: '0.1' })
    expect(sixth.status).toBe(200)
    expect(await node.mempool()).toHaveLength(6)
    await node.mine()
    expect(received(to)).toBe(60_000_000n)
  })
})

describe('a fee spike', () => {
  it('is met with the cheapest pre-signed replacement that suffices, and the payment is made once', async () => {
    const host = await startHost()
    const wallet = await fundedWallet(host, coin)
    const to = newAddress()
    const fields = { chainSpecificFields: { maxReplacementFeeRate: 50 } }
    const sent = await sendCoins(host, node, wallet.id, { to, value: '0.3', ...fields })
    const first = sent.result.transactionHash
    await maintain(host, 200_000)
    // The fee rate still suffices.
    expect(await node.mempool()).toEqual([first])
    node.recommendedFeeRate = 7
    await maintain(host, 200_000)
    const [bumped = ''] = await node.mempool()
    expect(bumped).not.toBe(first)
    const feeRate = Number(node.chain.mempool.get(bumped)?.fee) / 141
    expect(feeRate).toBeGreaterThanOrEqual(7)
    expect(feeRate).toBeLessThan(10)
    node.recommendedFeeRate = 1000
    await maintain(host, 200_000)
    const [last = ''] = await node.mempool()
    expect(Number(node.chain.mempool.get(last)?.fee) / 141).toBeCloseTo(50, 0)
    // The node forgets it, and gets the last one again.
    node.chain.dropMempool()
    await maintain(host, 200_000)
    expect(await node.mempool()).toHaveLength(1)
    node.chain.dropMempool()
    node.chain.submit(Buffer.from(await rawOf(first)).toString('hex'))
    await maintain(host, 200_000)
    expect(await node.mempool()).toEqual([last])
    await node.mine(6)
    await maintain(host)
    expect(received(to)).toBe(30_000_000n)
    expect(await statusOf(host, first)).toMatchObject({ status: 'SUCCEEDED', replacedBy: last })
    node.recommendedFeeRate = 2
    expect((await sendCoins(host, node, wallet.id, { to, value: '0.3' })).status).toBe(200)
  })

  it('above the limit of the host or of the client refuses to send and to resubmit', async () => {
    const host = await startHost()
    const wallet = await fundedWallet(host, coin, coin)
    const to = newAddress()
    const { result } = await sendCoins(host, node, wallet.id, { to, value: '0.3' })
    node.recommendedFeeRate = 501
    expect((await sendCoins(host, node, wallet.id, { to, value: '0.3' })).codes).toEqual(['transaction.fee-too-high'])
    const resubmitted = await replaceTransaction(host, node, 'resubmit', result.transactionHash)
    expect(resubmitted.codes).toEqual(['transaction.fee-too-high'])
  })
})

/** The first version of a stored transaction. */
async function rawOf(hash: string): Promise<Uint8Array> {
  const { transactions } = await import('@billfold/core').then(({ tables }) => ({
    transactions: tables.find(({ name }) => name === 'transactions') ?? expect.fail('no table'),
  }))
  const [row] = await storage.find(transactions, { where: { hash }, limit: 1 })
  return row?.['raw'] as Uint8Array
}

describe('a coin that another program spends with the same key', () => {
  it('replaces the transaction and those that depend on it once that is final, and never before', async () => {
    const host = await startHost()
    const privateKey = randomBytes(32)
    const pubkey = ecc.pointFromScalar(privateKey, true) ?? new Uint8Array()
    const imported = await host.call('POST', '/api/wallets/import', {
      importWalletType: 'BITCOIN_PRIVATE_KEY',
      privateKey: privateKey.toString('hex'),
      pincode: '471147',
    })
    expect(imported.codes).toEqual([])
    const { id, address } = imported.result
    await node.fund(address, [coin])
    const [funded] = node.chain.listCoins(address)
    const to = newAddress()
    const parent = await sendCoins(host, node, id, { to, value: '0.3' })
    const child = await sendCoins(host, node, id, { to, value: '0.3' })
    const hashes = [parent, child].map(({ result }) => result.transactionHash)
    const statuses = () => Promise.all(hashes.map(async (hash) => (await statusOf(host, hash)).status))

    const output = payments.p2wpkh({ pubkey, network: node.network }).output ?? new Uint8Array()
    const psbt = new Psbt({ network: node.network })
    psbt.addInput({
      hash: funded?.txid ?? '',
      index: funded?.vout ?? 0,
      sequence: 0xff_ff_ff_fd,
      witnessUtxo: { script: output, value: coin },
    })
    psbt.addOutput({ script: output, value: coin - 1_000_000n })
    psbt.signAllInputs({ publicKey: pubkey, sign: (hash) => ecc.sign(hash, privateKey) }).finalizeAllInputs()
    node.chain.submit(psbt.extractTransaction(true).toHex())
    await node.mine()
    await maintain(host, 700_000)
    expect(await statuses()).toEqual(['PENDING', 'PENDING'])
    // A reorganization gives the coin back, and the transactions are broadcast again.
    await node.undoBlocks(1)
    node.chain.dropMempool()
    await maintain(host)
    expect(new Set(await node.mempool())).toEqual(new Set(hashes))
    node.chain.dropMempool()
    node.chain.submit(psbt.extractTransaction(true).toHex())
    await node.mine(6)
    await maintain(host)
    await maintain(host)
    expect(await statuses()).toEqual(['FAILED', 'FAILED'])
    expect(received(to)).toBe(0n)
    // What the other program left can be spent.
    expect((await sendCoins(host, node, id, { to, value: '0.3' })).status).toBe(200)
  })
})

describe('a refusal', () => {
  it('keeps the coins reserved until no node can have accepted the transaction', async () => {
    const host = await startHost(() => ({ broadcast: async () => ({ outcome: 'rejected', reason: 'not-valid' }) }))
    const wallet = await fundedWallet(host, coin)
    const to = newAddress()
    const refused = await sendCoins(host, node, wallet.id, { to, value: '0.3' })
    expect([refused.status, refused.codes]).toEqual([400, ['transaction.rejected']])
    const other = await startHost()
    expect((await sendCoins(other, node, wallet.id, { to, value: '0.3' })).codes).toEqual(['transaction.funds-pending'])
    await maintain(other, 660_000)
    expect((await sendCoins(other, node, wallet.id, { to, value: '0.3' })).status).toBe(200)
    await node.mine()
    expect(received(to)).toBe(30_000_000n)
  })

  it('by one node does not hide that another one has accepted the transaction', async () => {
    const host = await startHost(({ broadcast, status }) => ({
      broadcast: async (raw) => {
        await broadcast(raw)
        return { outcome: 'rejected', reason: 'not-valid' }
      },
      // The node that refuses does not know of it yet.
      status: async (hash) => (ahead === 0 ? { state: 'unknown', confirmations: 0 } : status(hash)),
    }))
    const wallet = await fundedWallet(host, coin, coin)
    const to = newAddress()
    expect((await sendCoins(host, node, wallet.id, { to, value: '0.3' }, 'key')).codes).toEqual([
      'transaction.rejected',
    ])
    await maintain(host)
    const [accepted = ''] = await node.mempool()
    const repeated = await sendCoins(host, node, wallet.id, { to, value: '0.3' }, 'key')
    expect(repeated.result.transactionHash).toBe(accepted)
    await node.mine()
    expect(received(to)).toBe(30_000_000n)
  })
})

describe('two requests at once', () => {
  it('to replace one transaction leave one that is mined, with the payment once', async () => {
    const pair = [await startHost(), await startHost()] as const
    const wallet = await fundedWallet(pair[0], coin)
    const to = newAddress()
    const { result } = await sendCoins(pair[0], node, wallet.id, { to, value: '0.3' })
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        replaceTransaction(pair[index % 2 === 0 ? 0 : 1], node, 'resubmit', result.transactionHash),
      ),
    )
    expect(outcomes.some(({ status }) => status === 200)).toBe(true)
    for (const { status } of outcomes) expect([200, 409]).toContain(status)
    await node.mine()
    expect(received(to)).toBe(30_000_000n)
  })

  it('to execute one saved request pay once, though it is older than the transaction whose change it spends', async () => {
    const pair = [await startHost(), await startHost()] as const
    const wallet = await fundedWallet(pair[0], coin)
    const to = newAddress()
    const request = { type: 'TRANSFER', secretType: 'BITCOIN', walletId: wallet.id, to, value: '0.3', status: 'READY' }
    const { result: saved } = await pair[0].call('POST', '/api/transactions/build', request)
    expect((await sendCoins(pair[0], node, wallet.id, { to, value: '0.1' })).status).toBe(200)
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        pair[index % 2 === 0 ? 0 : 1].call('POST', `/api/transactions/${saved.id}/execute`, { pincode: '471147' }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(outcomes.filter(({ status }) => status === 409)).toHaveLength(5)
    // The child is lost with its parent, and both are broadcast again, in any order of their ids.
    node.chain.dropMempool()
    await maintain(pair[0])
    await maintain(pair[0])
    expect(await node.mempool()).toHaveLength(2)
    await node.mine()
    expect(received(to)).toBe(40_000_000n)
  })

  it('to replace a transaction and to spend its change: one of the two is refused, and nothing is stuck', async () => {
    const [one, other] = [await startHost(), await startHost()]
    for (let round = 0; round < 5; round++) {
      const wallet = await fundedWallet(one, coin)
      const to = newAddress()
      const { result } = await sendCoins(one, node, wallet.id, { to, value: '0.3' })
      const [replaced, next] = await Promise.all([
        replaceTransaction(one, node, 'resubmit', result.transactionHash),
        sendCoins(other, node, wallet.id, { to, value: '0.3' }),
      ])
      const outcomes = [replaced.codes[0] ?? 'done', next.codes[0] ?? 'done']
      expect([
        ['done', 'transaction.funds-pending'],
        ['transaction.change-spent', 'done'],
      ]).toContainEqual(outcomes)
      await node.mine()
      expect(received(to)).toBe(next.status === 200 ? 60_000_000n : 30_000_000n)
      expect(await node.mempool()).toEqual([])
    }
  })
})

describe('a hostile node', () => {
  it.each<[string, Partial<UtxoClient>]>([
    ['has an endless fee rate', { feeRate: async () => 10n ** 18n }],
    [
      'lists coins that do not exist',
      { unspent: async () => [{ txid: sha('none'), vout: 0, amount: coin, confirmations: 9 }] },
    ],
    ['fails', { unspent: () => Promise.reject(new Error('down')) }],
  ])('that %s gets no payment out of the wallet', async (_, fault) => {
    const host = await startHost(() => fault)
    const wallet = await fundedWallet(host, coin)
    const to = newAddress()
    const { status } = await sendCoins(host, node, wallet.id, { to, value: '0.3' })
    expect(status).not.toBe(500)
    await node.mine()
    expect(received(to)).toBe(0n)
  })
})

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

describe('a transaction', () => {
  it('is not larger than what the fee was computed for', async () => {
    const host = await startHost()
    const wallet = await fundedWallet(host, ...Array.from({ length: 12 }, () => 10_000_000n))
    const { result } = await sendCoins(host, node, wallet.id, { to: newAddress(), value: '1.1' })
    const found = await node.find(result.transactionHash)
    const transaction = Transaction.fromHex(found?.hex ?? '')
    expect(transaction.ins.length).toBeGreaterThan(10)
    const fee = node.chain.mempool.get(result.transactionHash)?.fee ?? 0n
    expect(fee).toBeGreaterThanOrEqual(BigInt(transaction.virtualSize()) * 2n)
  })
})
