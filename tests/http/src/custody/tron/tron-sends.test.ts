import {
  createBillfold,
  createPasswordHasher,
  memoryStorage,
  type Storage,
  type TronClient,
  tronTransferSource,
} from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { utils } from 'tronweb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { basicAuthorization } from '../../basic-authorization.ts'
import { startHost } from '../../hosts/start-host.ts'
import type { CustodyReply } from '../custody-host.ts'
import { createCustodyCaller, pincode, sharedKeyring, type TransactingHost } from '../transacting-host.ts'
import { startTronNode, toHex, type TronNode } from './tron-node.ts'

const trx = 1_000_000n
const keyring = sharedKeyring()

let node: TronNode
let hosts: TransactingHost[]
let ahead = 0

async function startTronHost(storage: Storage, fault: (client: TronClient) => Partial<TronClient> = () => ({})) {
  const client = node.client()
  const billfold = createBillfold({
    storage,
    keyring,
    now: () => Date.now() + ahead,
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    custody: {
      chainClients: { TRON: { ...client, ...fault(client) } },
      transferSources: { TRON: tronTransferSource({ client, tokens: [token()], fromBlock: 0, blockRange: 50 }) },
    },
  })
  const key = await billfold.serviceKeys.create({ tag: 'suite', scopes: ['custody'] })
  const host = await startHost({ framework: 'koa', through: 'app', prefix: '', parser: false }, billfold.custody)
  const authorization = basicAuthorization(key.keyId, key.keySecret)
  const started: TransactingHost = {
    billfold,
    authorization,
    port: host.port,
    close: host.close,
    call: createCustodyCaller(host.port, authorization),
  }
  hosts.push(started)
  return started
}

interface TronWallet {
  readonly id: string
  readonly address: string
}

async function fundedWallet({ call }: TransactingHost, sun: bigint, tokens = 0n): Promise<TronWallet> {
  const { result } = await call('POST', '/api/wallets', { secretType: 'TRON', pincode })
  node.chain.balances.set(toHex(result.address), sun)
  if (tokens > 0n) node.chain.tokens.set(toHex(result.address).slice(2), tokens)
  return result
}

function send({ call }: TransactingHost, { id }: TronWallet, request: object, key?: string): Promise<CustodyReply> {
  const body = { pincode, transactionRequest: { type: 'TRANSFER', secretType: 'TRON', walletId: id, ...request } }
  return call('POST', '/api/transactions', body, key === undefined ? {} : { 'idempotency-key': key })
}

const statusOf = async ({ call }: TransactingHost, txid: string) =>
  (await call('GET', `/api/transactions/TRON/${txid}/status`)).result
const newAddress = (): string => utils.accounts.generateAccount().address.base58
const token = (): string => utils.address.fromHex(node.chain.token)
const balanceOf = (address: string): bigint => node.chain.balances.get(toHex(address)) ?? 0n
const maintain = async ({ billfold }: TransactingHost, ms = 61_000): Promise<void> => {
  ahead += ms
  await billfold.maintain()
}

async function startNode(): Promise<void> {
  ahead = 0
  hosts = []
  node = await startTronNode()
}
async function stopAll(): Promise<void> {
  await Promise.all(hosts.map(({ close }) => close()))
  await node.close()
}

describe('transactions of TRON', () => {
  let host: TransactingHost
  let storage: Storage
  beforeEach(async () => {
    await startNode()
    storage = memoryStorage()
    host = await startTronHost(storage)
  })
  afterEach(stopAll)

  it('transfer TRX: what tronweb decodes is what was asked, signed by the wallet', async () => {
    const wallet = await fundedWallet(host, 100n * trx)
    const to = newAddress()
    const sent = await send(host, wallet, { to, value: '1.5' })
    expect(sent.codes).toEqual([])
    const txid = sent.result.transactionHash
    expect(node.chain.pool.get(txid)).toMatchObject({
      contract: 'TransferContract',
      owner: toHex(wallet.address),
      signer: toHex(wallet.address),
      to: toHex(to),
      amount: 1_500_000n,
      feeLimit: 0n,
    })
    expect(await statusOf(host, txid)).toMatchObject({ status: 'PENDING' })
    node.chain.mine()
    expect(balanceOf(to)).toBe(1_500_000n)
    expect(await statusOf(host, txid)).toMatchObject({
      status: 'SUCCEEDED',
      confirmations: 1,
      hasReachedFinality: false,
    })
    node.chain.mine(19)
    expect(await statusOf(host, txid)).toMatchObject({ confirmations: 20, hasReachedFinality: true })
    const { result } = await host.call('GET', `/api/wallets/${wallet.id}/balance`)
    expect(result.rawBalance).toBe(balanceOf(wallet.address).toString())
  })

  it('transfer a TRC-20 token within a limit on the energy that is burnt', async () => {
    const wallet = await fundedWallet(host, 100n * trx, 50_000_000n)
    const to = newAddress()
    const request = { type: 'TOKEN_TRANSFER', tokenAddress: token(), to, value: '12.5' }
    const sent = await send(host, wallet, request)
    expect(sent.codes).toEqual([])
    const found = node.chain.pool.get(sent.result.transactionHash)
    // 65,000 units of energy at 420 sun, and a margin of 20 %.
    expect(found).toMatchObject({
      contract: 'TriggerSmartContract',
      to: node.chain.token,
      feeLimit: 32_760_000n,
      amount: 0n,
    })
    expect(found?.data).toBe(
      `a9059cbb${toHex(to).slice(2).padStart(64, '0')}${(12_500_000).toString(16).padStart(64, '0')}`,
    )
    node.chain.mine(20)
    await maintain(host)
    expect(node.chain.tokens.get(toHex(to).slice(2))).toBe(12_500_000n)
    expect(await statusOf(host, sent.result.transactionHash)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('call a contract with addresses in either form', async () => {
    const wallet = await fundedWallet(host, 100n * trx, 50_000_000n)
    const to = newAddress()
    for (const value of [to, `0x${toHex(to).slice(2)}`]) {
      const inputs = [
        { type: 'address', value },
        { type: 'uint256', value: '7' },
      ]
      const request = { type: 'CONTRACT_EXECUTION', to: token(), functionName: 'transfer', inputs }
      expect((await send(host, wallet, request)).codes).toEqual([])
    }
    node.chain.mine()
    expect(node.chain.tokens.get(toHex(to).slice(2))).toBe(14n)
  })

  it('are refused for other addresses, too little TRX, a reverting call, and fee limits out of range', async () => {
    const wallet = await fundedWallet(host, 10n * trx, 5n)
    const to = newAddress()
    const attempt = async (request: object): Promise<string | undefined> => (await send(host, wallet, request)).codes[0]
    expect(await attempt({ to: '0x00000000000000000000000000000000000000AA', value: 1 })).toBe('transactionRequest.to')
    expect(await attempt({ to: `${to.slice(0, -1)}${to.endsWith('1') ? '2' : '1'}`, value: 1 })).toBe(
      'transactionRequest.to',
    )
    expect(await attempt({ to: wallet.address, value: 1 })).toBe('transactionRequest.to')
    expect(await attempt({ to, value: '0' })).toBe('transactionRequest.value')
    expect(await attempt({ to, value: '0.0000001' })).toBe('transactionRequest.value')
    expect(await attempt({ to, value: 1, data: '0x00' })).toBe('transactionRequest.data')
    expect(await attempt({ to, value: '10' })).toBe('transaction.insufficient-funds')
    // The new account costs 1.1 TRX besides.
    expect(await attempt({ to, value: '8.95' })).toBe('transaction.insufficient-funds')
    const tokens = { type: 'TOKEN_TRANSFER', tokenAddress: token(), to }
    const reverted = await send(host, wallet, { ...tokens, value: '1' })
    expect([reverted.status, reverted.codes]).toEqual([400, ['transaction.reverted']])
    // Energy of 27.3 TRX is missing.
    expect(await attempt({ ...tokens, value: '0.000001' })).toBe('transaction.insufficient-funds')
    node.resources.energy = 100_000
    const limited = (feeLimit: string) => attempt({ ...tokens, value: '0.000001', chainSpecificFields: { feeLimit } })
    expect(await limited('1000')).toBe('transactionRequest.chainSpecificFields.feeLimit')
    expect(await limited('500000001')).toBe('transaction.fee-too-high')
    expect(await attempt({ type: 'NFT_TRANSFER', tokenAddress: token(), to, tokenId: 1 })).toBe(
      'transaction.unsupported-type',
    )
    expect(await attempt({ ...tokens, tokenAddress: newAddress(), value: 1 })).toBe('transactionRequest.tokenAddress')
    expect(await limited('30000000')).toBeUndefined()
    expect(node.chain.pool.size).toBe(1)
  })

  it('are recorded once of who receives them, when their block is solid, and not if they fail', async () => {
    const other = await startTronHost(storage)
    const [wallet, recipient] = [await fundedWallet(host, 100n * trx, 5_000_000n), await fundedWallet(host, trx)]
    const sent = await send(host, wallet, { to: recipient.address, value: '1.5' })
    const request = { type: 'TOKEN_TRANSFER', to: recipient.address, tokenAddress: token(), value: '2' }
    const moved = await send(host, wallet, request)
    node.chain.mine(1)
    const failing = await send(host, wallet, { ...request, value: '3' })
    node.chain.tokens.set(toHex(wallet.address).slice(2), 0n)
    const received = async () => {
      await Promise.all([host.billfold.maintain(), other.billfold.maintain()])
      const { result } = await host.call('GET', `/api/wallets/${recipient.id}/events?size=100`)
      return (result as readonly { readonly type: string; readonly metadata: string }[])
        .filter(({ type }) => type === 'INCOMING_TRANSACTION')
        .map(({ metadata }) => JSON.parse(metadata))
    }
    expect(await received()).toEqual([])
    node.chain.mine(25)
    await received()
    const from = wallet.address
    expect(await received()).toEqual([
      { hash: moved.result.transactionHash, from, amount: '2000000', tokenAddress: token() },
      { hash: sent.result.transactionHash, from, amount: '1500000' },
    ])
    expect(await statusOf(host, failing.result.transactionHash)).toMatchObject({ status: 'FAILED' })
  })

  it('have the prices of energy and bandwidth that the node reports', async () => {
    const { status, result } = await host.call('GET', '/api/transactions/TRON/fees')
    expect({ status, result }).toEqual({
      status: 200,
      result: { secretType: 'TRON', energyPrice: 420, bandwidthPrice: 1000 },
    })
  })

  it('are built with their cost, which free bandwidth lowers', async () => {
    const wallet = await fundedWallet(host, 10n * trx)
    const to = newAddress()
    node.chain.balances.set(toHex(to), 1n)
    const build = async () => {
      const request = { type: 'TRANSFER', secretType: 'TRON', walletId: wallet.id, to, value: 1 }
      return (await host.call('POST', '/api/transactions/build', { transactionRequest: request })).result
    }
    const first = await build()
    expect(first).toMatchObject({ energy: '0', fee: `${first.bandwidth}000` })
    const decoded = utils.deserializeTx.deserializeTransaction('TransferContract', first.unsigned)
    expect(decoded.contract[0].parameter.value.amount).toBe(1_000_000)
    node.resources.bandwidth = 600
    expect((await build()).fee).toBe('0')
    const { result } = await send(host, wallet, { to, value: 1 })
    // What the node counts is what was estimated, but for a byte of the framing.
    const counted = node.chain.pool.get(result.transactionHash)?.size ?? 0
    expect([0, 1]).toContain(Number(first.bandwidth) - counted)
  })

  it('of equal requests at once are two payments, and of one key a single one', async () => {
    const wallet = await fundedWallet(host, 1000n * trx)
    const other = await startTronHost(storage)
    const to = newAddress()
    const both = [host, other]
    const sends = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send(both[index % 2] ?? host, wallet, { to, value: 1 })),
    )
    expect(new Set(sends.map(({ result }) => result.transactionHash)).size).toBe(20)
    const repeated = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send(both[index % 2] ?? host, wallet, { to, value: 1 }, 'same')),
    )
    expect(repeated.map(({ codes }) => codes)).toEqual(repeated.map(() => []))
    expect(new Set(repeated.map(({ result }) => result.transactionHash)).size).toBe(1)
    node.chain.mine()
    expect(balanceOf(to)).toBe(21n * trx)
  })

  it('are broadcast by another host after a crash: the same transaction, once', async () => {
    const dying = await startTronHost(storage, () => ({ broadcast: () => Promise.reject(new Error('died')) }))
    const wallet = await fundedWallet(dying, 100n * trx)
    const to = newAddress()
    const sent = await send(dying, wallet, { to, value: 1 }, 'key')
    expect(node.chain.pool.size).toBe(0)
    await maintain(host)
    expect([...node.chain.pool.keys()]).toEqual([sent.result.transactionHash])
    await node.kill()
    await node.start()
    expect((await send(host, wallet, { to, value: 1 }, 'key')).result).toEqual(sent.result)
    await maintain(host)
    node.chain.mine()
    expect(balanceOf(to)).toBe(trx)
    // A reorganization.
    node.chain.undoBlocks(1)
    expect(balanceOf(to)).toBe(0n)
    await maintain(host)
    node.chain.mine(20)
    await maintain(host)
    expect(balanceOf(to)).toBe(trx)
  })

  it('that expire are reported as expired once that is final, and are never executed', async () => {
    const dying = await startTronHost(storage, () => ({ broadcast: () => Promise.reject(new Error('died')) }))
    const wallet = await fundedWallet(dying, 100n * trx)
    const to = newAddress()
    const sent = await send(dying, wallet, { to, value: 1 }, 'key')
    const expiry = node.chain.newest().timestamp + 3_600_000
    while (node.chain.newest().timestamp <= expiry) node.chain.mine()
    await maintain(host)
    // No node takes it any more, but a block that is not final could still go.
    expect((await send(host, wallet, { to, value: 1 }, 'key')).status).toBe(200)
    expect(node.chain.pool.size).toBe(0)
    node.chain.mine(30)
    await maintain(host)
    const repeated = await send(host, wallet, { to, value: 1 }, 'key')
    expect([repeated.status, repeated.codes]).toEqual([409, ['transaction.expired']])
    expect(await statusOf(host, sent.result.transactionHash)).toMatchObject({ status: 'FAILED' })
    expect((await send(host, wallet, { to, value: 1 }, 'other')).status).toBe(200)
    node.chain.mine()
    expect(balanceOf(to)).toBe(trx)
  })

  it('that fail in a block are reported as failed', async () => {
    const wallet = await fundedWallet(host, 100n * trx, 10n)
    const request = { type: 'TOKEN_TRANSFER', tokenAddress: token(), to: newAddress(), value: '0.00001' }
    const sends = [await send(host, wallet, request), await send(host, wallet, request)]
    node.chain.mine(20)
    const found = await Promise.all(sends.map(({ result }) => statusOf(host, result.transactionHash)))
    expect(found.map(({ status }) => status)).toEqual(['SUCCEEDED', 'FAILED'])
    await maintain(host)
    const { result } = await host.call('GET', '/api/transactions')
    const listed = (hash: string): string =>
      result.find((row: { readonly transactionHash: string }) => row.transactionHash === hash).transactionRequest.status
    expect(sends.map(({ result: sent }) => listed(sent.transactionHash))).toEqual(['SUCCEEDED', 'FAILED'])
  })

  it('are not replaced', async () => {
    const wallet = await fundedWallet(host, 100n * trx)
    const { result } = await send(host, wallet, { to: newAddress(), value: 1 })
    const body = { pincode, secretType: 'TRON', transactionHash: result.transactionHash }
    expect((await host.call('POST', '/api/transactions/cancel', body)).codes).toEqual(['transaction.unsupported-type'])
  })
})

for (const database of await listTestDatabases())
  describe(`two hosts on one ${database.name}`, () => {
    let fresh: FreshDatabase
    beforeAll(async () => {
      await startNode()
      fresh = await database.create()
      await migrate(fresh.connect(), { dialect: database.dialect })
      for (let host = 0; host < 2; host++)
        await startTronHost(kyselyStorage(fresh.connect(), { dialect: database.dialect }))
    }, 120_000)
    afterAll(async () => {
      await stopAll()
      await fresh.drop()
    })

    it('send 100 transactions of one wallet once each, while the node is killed and starts again', async () => {
      const pickHost = (index: number): TransactingHost => hosts[index % hosts.length] ?? expect.fail('no host')
      const wallet = await fundedWallet(pickHost(0), 1000n * trx)
      const to = newAddress()
      const txids = new Set<string>()
      const persist = async (index: number): Promise<void> => {
        for (;;) {
          const sent = await send(pickHost(index), wallet, { to, value: '0.5' }, `send ${index}`)
          if (sent.status === 200) return void txids.add(sent.result.transactionHash)
          expect(sent.codes).toEqual(['transaction.chain-unavailable'])
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      }
      const sending = Array.from({ length: 100 }, (_, index) => persist(index))
      await expect.poll(() => txids.size, { interval: 5, timeout: 120_000 }).toBeGreaterThan(25)
      await node.kill()
      await new Promise((resolve) => setTimeout(resolve, 200))
      await node.start()
      await Promise.all(sending)
      expect(txids.size).toBe(100)
      await Promise.all(hosts.map((host) => maintain(host)))
      node.chain.mine()
      expect(balanceOf(to)).toBe(50n * trx)
      expect(node.chain.results.size).toBe(100)
    }, 600_000)
  })
