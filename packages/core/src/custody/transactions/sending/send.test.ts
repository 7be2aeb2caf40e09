import type { CustodyServices } from '../../services.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import { auditRecords } from '../../../platform/audit/tables.ts'
import { type BroadcastResult, createChainConnections, type EvmClient } from '../../chain-clients/index.ts'
import { authorizeMethod } from '../../../identity/signing-methods/authorize-method.ts'
import type { AuthorizedMethod } from '../../../identity/signing-methods/authorized-method.ts'
import { runMaintenance } from '../../../test-fixtures/run-maintenance.ts'
import { idempotencyTrackingStorage } from '../../../platform/idempotency/index.ts'
import { batch, memoryStorage, type Storage, update } from '../../../kernel/storage/index.ts'
import { crashingProcess } from '../../../test-fixtures/crashing-process.ts'
import { type FakeChain, fakeChain } from '../../../test-fixtures/fake-chain.ts'
import { testServices } from '../../../test-fixtures/services.ts'
import { getChain, knownChains } from '../../wallets/chains/index.ts'
import { createStandaloneWallet } from '../../wallets/create.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import { wallets } from '../../wallets/tables.ts'
import { transactionLimits } from '../limits.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { sendTransaction } from './send.ts'
import { getTransactionStatus } from '../tracking/status.ts'
import { transactions } from '../tables.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const ethereum = getChain(knownChains(), 'ETHEREUM')
const to = '0x00000000000000000000000000000000000000AA'
const coin = 10n ** 18n

let chain: FakeChain
let storage: Storage
let services: CustodyServices
let wallet: CustodyWalletRow
let authorizedBy: AuthorizedMethod
let ahead = 0

beforeEach(async () => {
  chain = fakeChain()
  storage = memoryStorage()
  ahead = 0
  services = {
    ...testServices(storage),
    chainConnections: createChainConnections({ ETHEREUM: chain.client }),
    now: () => Date.now() + ahead,
  }
  wallet = await createStandaloneWallet(services, {}, actor, ethereum, {}, '471147')
  authorizedBy = await authorizeMethod(services, actor, wallet.ownerId, { type: 'PIN' }, '471147', {
    wrong: 'pincode.incorrect',
    locked: 'pincode.no-tries-left',
  })
})

/** The same host in another process: its own account locks, the same storage and chain. */
const process = (other: { storage?: Storage; client?: EvmClient } = {}): CustodyServices => ({
  ...services,
  storage: idempotencyTrackingStorage(other.storage ?? storage),
  chainConnections: createChainConnections({ ETHEREUM: other.client ?? chain.client }),
})

const send = (value: number | string, key?: string, by: CustodyServices = services): Promise<TransactionRow> =>
  sendTransaction(by, actor, wallet, ethereum, { type: 'TRANSFER', to, value }, authorizedBy, key)

const rows = (): Promise<TransactionRow[]> => storage.find(transactions, { orderBy: [['id', 'asc']] })
const received = (): bigint => chain.mined.filter((sent) => sent.to === to).reduce((sum, sent) => sum + sent.value, 0n)
const getStatus = async ({ hash }: TransactionRow): Promise<string> =>
  (await getTransactionStatus(services, actor.tenant, 'ETHEREUM', hash)).status

/** Runs `maintain()` after the check interval. */
async function maintainLater(): Promise<void> {
  ahead += transactionLimits.checkIntervalMs + 1
  await runMaintenance(services)
}

describe('sendTransaction', () => {
  it('stores the transaction and its audit record before broadcasting it', async () => {
    const seen: unknown[] = []
    const client = {
      ...chain.client,
      broadcast: async (raw: Uint8Array) => {
        seen.push(await rows())
        return chain.client.broadcast(raw)
      },
    }
    const sent = await send(1, undefined, process({ client }))
    expect(seen).toEqual([[expect.objectContaining({ id: sent.id, hash: sent.hash, nonce: 0, state: 'signed' })]])
    const records = await storage.find(auditRecords, { where: { action: 'transaction.signed' } })
    expect(records).toEqual([
      expect.objectContaining({ subject: wallet.id, detail: expect.stringContaining(sent.hash) }),
    ])
  })

  it('uses the nonce after those used by other programs', async () => {
    const earlier = { hash: '0x1', from: wallet.address, to, nonce: 0, value: 0n }
    chain.mined.push(earlier)
    chain.pool.set('0x2', { ...earlier, hash: '0x2', nonce: 1 })
    expect((await send(1)).nonce).toBe(2)
  })

  it('fills a nonce gap left by another program', async () => {
    chain.pool.set('0x1', { hash: '0x1', from: wallet.address, to, nonce: 0, value: 0n })
    const sends = [await send(1)]
    chain.pool.delete('0x1')
    sends.push(await send(1), await send(1))
    expect(sends.map(({ nonce }) => nonce)).toEqual([1, 0, 2])
    chain.mine()
    expect(received()).toBe(3n * coin)
  })

  it('rejects the transaction if the wallet is archived concurrently', async () => {
    const client = {
      ...chain.client,
      nonces: async (address: string) => {
        await storage.commit(batch(update(wallets, { where: { id: wallet.id }, set: { archivedAt: 1 } })))
        return chain.client.nonces(address)
      },
    }
    await expect(send(1, undefined, process({ client }))).rejects.toMatchObject({ code: 'wallet.archived' })
    expect(await rows()).toEqual([])
  })

  it('rejects the transaction if too many are unconfirmed', async () => {
    const client = { ...chain.client, nonces: async () => ({ mined: 0, next: transactionLimits.maxUnconfirmed }) }
    await expect(send(1, undefined, process({ client }))).rejects.toMatchObject({ code: 'server.busy' })
  })

  it('stores nothing if the node does not respond before signing', async () => {
    const client = { ...chain.client, nonces: () => Promise.reject(new Error('down')) }
    await expect(send(1, undefined, process({ client }))).rejects.toMatchObject({
      code: 'transaction.chain-unavailable',
      status: 503,
    })
    expect(await rows()).toEqual([])
  })
})

describe('a stored transaction whose broadcast is unconfirmed', () => {
  describe.each(['fails', 'hangs', 'lost'] as const)('(the node %s)', (behaviour) => {
    beforeEach(() => {
      chain.broadcasts.push(behaviour)
    })

    it('is returned with its hash and rebroadcast before the next one', async () => {
      const first = await send(1)
      const second = await send(2, undefined, process())
      expect([first.nonce, second.nonce]).toEqual([0, 1])
      chain.mine()
      expect(chain.mined.map(({ hash }) => hash)).toEqual([first.hash, second.hash])
    })

    it('is rebroadcast by a status request', async () => {
      const sent = await send(1)
      expect(await getStatus(sent)).toBe('PENDING')
      chain.mine()
      expect(await getStatus(sent)).toBe('SUCCEEDED')
    })

    it('is rebroadcast by maintain()', async () => {
      await send(1)
      await maintainLater()
      chain.mine()
      expect(received()).toBe(coin)
    })

    it('is rebroadcast and returned for the same idempotency key', async () => {
      const sent = await send(1, 'key')
      expect((await send(1, 'key', process())).hash).toBe(sent.hash)
      chain.mine()
      expect((await send(1, 'key', process())).hash).toBe(sent.hash)
      expect(received()).toBe(coin)
    })
  })

  it('is sent once if the process dies at any step and the caller retries with the same idempotency key', async () => {
    let deaths = 0
    for (let step = 0; ; step++) {
      for (const moment of ['before', 'after'] as const) {
        const dying = crashingProcess(step, moment)
        const by = process({ storage: dying.storage(storage), client: dying.client(chain.client) })
        const response = await send(1, `key ${step} ${moment}`, by).catch((error: unknown) => error)
        if (!dying.isDead()) {
          expect(deaths).toBeGreaterThan(10)
          return
        }
        deaths++
        expect(response).toBeDefined()
        const before = received()
        await send(1, `key ${step} ${moment}`, process())
        chain.mine()
        expect(received() - before).toBe(coin)
      }
    }
  })
})

describe('a transaction refused by the node', () => {
  it('releases its nonce if no later nonce is reserved', async () => {
    chain.balances.set(wallet.address, coin)
    await expect(send(2)).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
    expect(await rows()).toEqual([expect.objectContaining({ state: 'rejected', nonce: null, nextCheckAt: null })])
    expect((await send(1)).nonce).toBe(0)
    chain.mine()
    expect(received()).toBe(coin)
  })

  it('fails again with the same idempotency key, even if funds have arrived', async () => {
    chain.balances.set(wallet.address, 0n)
    await expect(send(1, 'key')).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
    chain.balances.set(wallet.address, 5n * coin)
    await expect(send(1, 'key')).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
    expect(chain.pool.size).toBe(0)
  })

  it('is replaced by a cancellation if a later transaction was sent', async () => {
    const big = await send(500)
    const small = await send(1)
    chain.pool.clear()
    chain.balances.set(wallet.address, 10n * coin)
    await maintainLater()
    await maintainLater()
    chain.mine(20)
    expect(chain.mined.map(({ hash, nonce, to: recipient }) => ({ hash, nonce, recipient }))).toEqual([
      { hash: expect.not.stringMatching(big.hash), nonce: 0, recipient: wallet.address },
      { hash: small.hash, nonce: 1, recipient: to },
    ])
    expect([await getStatus(big), await getStatus(small)]).toEqual(['FAILED', 'SUCCEEDED'])
    expect((await send(2)).nonce).toBe(2)
  })

  it('fails as replaced if another program used its nonce, and the next send succeeds', async () => {
    const client = { ...chain.client }
    client.nonces = async (address) => {
      const nonces = await chain.client.nonces(address)
      chain.mined.push({ hash: '0x1', from: wallet.address, to: wallet.address, nonce: 0, value: 0n })
      client.nonces = chain.client.nonces
      return nonces
    }
    const by = process({ client })
    await expect(send(1, undefined, by)).rejects.toMatchObject({ code: 'transaction.replaced', status: 409 })
    expect((await send(1, undefined, by)).nonce).toBe(1)
    chain.mine()
    expect(received()).toBe(coin)
  })
})

describe('a transaction accepted for one process and refused for another', () => {
  /** Stores a transaction whose broadcast fails. */
  const storeUnsent = (): Promise<TransactionRow> => {
    chain.broadcasts.push('fails')
    return send(1, 'key')
  }
  const refusals: readonly BroadcastResult[] = [
    { outcome: 'rejected', reason: 'insufficient-funds' },
    { outcome: 'rejected', reason: 'fee-too-low' },
  ]
  /** A lagging node that does not know the transaction and refuses it. */
  const withLaggingNode = (broadcast: EvmClient['broadcast']): CustodyServices =>
    process({ client: { ...chain.client, broadcast, status: async () => ({ state: 'unknown', confirmations: 0 }) } })

  describe.each(refusals)('($outcome $reason)', (refusal) => {
    it('stays sent if it was accepted before the refusal is stored', async () => {
      await storeUnsent()
      const other = withLaggingNode(async () => {
        await send(1, 'key', process())
        return refusal
      })
      expect(await send(1, 'key', other)).toMatchObject({ state: 'sent', nonce: 0 })
    })

    it('becomes sent if it is accepted after the refusal was stored', async () => {
      const { rawCancellation } = await storeUnsent()
      const client: EvmClient = {
        ...chain.client,
        broadcast: async (raw) => {
          const response = await chain.client.broadcast(raw)
          const no = withLaggingNode(async () => refusal)
          await expect(send(1, 'key', no)).rejects.toMatchObject({ code: expect.stringMatching(/^transaction\./) })
          return response
        },
      }
      const retried = await send(1, 'key', process({ client }))
      expect(retried).toMatchObject({ state: 'sent', failureCode: null, nonce: 0, rawCancellation: rawCancellation })
      expect(retried.nextCheckAt).not.toBeNull()
    })

    afterEach(async () => {
      // A retry pays once, and the next send uses the next nonce.
      await send(1, 'key')
      expect((await send(2)).nonce).toBe(1)
      chain.mine()
      expect(received()).toBe(3n * coin)
    })
  })

  it.each(['accepted', 'lost'])('stays pending if its nonce is taken and it was %s before', async (earlier) => {
    await storeUnsent()
    if (earlier === 'accepted') await send(1, 'key', process())
    const lagging = withLaggingNode(async () => ({ outcome: 'nonce-taken' }))
    expect(await send(1, 'key', lagging)).toMatchObject({ failureCode: null, nonce: 0 })
    await send(1, 'key')
    chain.mine()
    expect(received()).toBe(coin)
  })

  it('is rebroadcast if its nonce was taken on a node that then restarts from an earlier block', async () => {
    const { hash } = await send(1)
    chain.pool.clear()
    const restarting = withLaggingNode(async () => ({ outcome: 'nonce-taken' }))
    ahead += transactionLimits.checkIntervalMs + 1
    await runMaintenance(restarting)
    await maintainLater()
    chain.mine()
    expect(chain.mined.map((mined) => mined.hash)).toEqual([hash])
  })

  it('counts as replaced if its nonce is used and no node has it after ten minutes', async () => {
    const { hash, secretType } = await storeUnsent()
    chain.mined.push({ hash: '0x1', from: wallet.address, to: wallet.address, nonce: 0, value: 0n })
    expect(await send(1, 'key', process())).toMatchObject({ hash, state: 'signed' })
    ahead += transactionLimits.replacedAfterMs
    await runMaintenance(services)
    await expect(send(1, 'key')).rejects.toMatchObject({ code: 'transaction.replaced' })
    const status = await getTransactionStatus(services, actor.tenant, secretType, hash)
    expect(status.status).toBe('FAILED')
    expect((await send(2)).nonce).toBe(1)
  })

  it('does not take its nonce back from a transaction that reserved it in the meantime', async () => {
    await storeUnsent()
    const client: EvmClient = {
      ...chain.client,
      broadcast: async (raw) => {
        const no = withLaggingNode(async () => ({ outcome: 'rejected', reason: 'insufficient-funds' }))
        await expect(send(1, 'key', no)).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
        expect(await send(2)).toMatchObject({ nonce: 0 })
        await chain.client.broadcast(raw)
        return { outcome: 'accepted' }
      },
    }
    await expect(send(1, 'key', process({ client }))).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
    chain.mine()
    expect(received()).toBe(2n * coin)
  })
})

describe('maintain()', () => {
  it('checks a transaction until it is final', async () => {
    const sent = await send(1)
    chain.mine()
    await maintainLater()
    expect(await rows()).toEqual([expect.objectContaining({ state: 'sent', nextCheckAt: expect.any(Number) })])
    chain.mine(transactionLimits.finalityConfirmations)
    await maintainLater()
    expect(await rows()).toEqual([
      expect.objectContaining({ id: sent.id, state: 'mined', nextCheckAt: null, rawCancellation: null }),
    ])
  })

  it('continues when a node does not respond', async () => {
    chain.broadcasts.push('fails', 'fails')
    await send(1)
    await maintainLater()
    await maintainLater()
    chain.mine()
    expect(received()).toBe(coin)
  })
})

describe('several processes', () => {
  it('reserve no nonce twice and leave no gap with an unreliable node', async () => {
    const processes = [process(), process(), process()]
    for (let count = 0; count < 15; count++) chain.broadcasts.push('fails', 'ok', 'lost')
    const sends = Array.from({ length: 60 }, (_, index) =>
      send(1, `key ${index}`, processes[index % 3]).catch((error: unknown) => error),
    )
    await Promise.all(sends)
    const again = await Promise.all(
      Array.from({ length: 60 }, (_, index) => send(1, `key ${index}`, processes[(index + 1) % 3])),
    )
    chain.mine()
    expect(new Set(again.map(({ hash }) => hash)).size).toBe(60)
    expect(received()).toBe(60n * coin)
    expect(chain.mined.map(({ nonce }) => nonce)).toEqual(Array.from({ length: 60 }, (_, nonce) => nonce))
  })
})
