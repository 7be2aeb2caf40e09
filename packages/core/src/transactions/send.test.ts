import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../audit/record.ts'
import { auditRecords } from '../audit/table.ts'
import { type BroadcastAnswer, type ChainClient, chainConnections } from '../chain-clients/index.ts'
import { type OpenedMethod, unlock } from '../credentials/unlock.ts'
import { maintain } from '../operations/maintain.ts'
import type { Services } from '../services.ts'
import { batch, memoryStorage, type Storage, update } from '../storage/index.ts'
import { type FakeChain, fakeChain } from '../test-fixtures/fake-chain.ts'
import { testServices } from '../test-fixtures/services.ts'
import { chainOf, knownChains } from '../wallets/chains/index.ts'
import { createOwnWallet } from '../wallets/create.ts'
import type { WalletRow } from '../wallets/sealing.ts'
import { wallets } from '../wallets/tables.ts'
import { transactionLimits } from './limits.ts'
import type { TransactionRow } from './record.ts'
import { sendTransaction } from './send.ts'
import { transactionStatus } from './status.ts'
import { transactions } from './tables.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const ethereum = chainOf(knownChains(), 'ETHEREUM')
const to = '0x00000000000000000000000000000000000000AA'
const coin = 10n ** 18n

let chain: FakeChain
let storage: Storage
let services: Services
let wallet: WalletRow
let authority: OpenedMethod
let ahead = 0

beforeEach(async () => {
  chain = fakeChain()
  storage = memoryStorage()
  ahead = 0
  services = {
    ...testServices(storage),
    chainConnections: chainConnections({ ETHEREUM: chain.client }),
    now: () => Date.now() + ahead,
  }
  wallet = await createOwnWallet(services, {}, actor, ethereum, {}, '471147')
  authority = await unlock(services, actor, wallet.ownerId, { type: 'PIN' }, '471147', {
    wrong: 'pincode.incorrect',
    locked: 'pincode.no-tries-left',
  })
})

/** The same host in another process: its own turns, the same storage and chain. */
const process = (other: { storage?: Storage; client?: ChainClient } = {}): Services => ({
  ...services,
  storage: other.storage ?? storage,
  chainConnections: chainConnections({ ETHEREUM: other.client ?? chain.client }),
})

const send = (value: number | string, key?: string, by: Services = services): Promise<TransactionRow> =>
  sendTransaction(by, actor, wallet, ethereum, { type: 'TRANSFER', to, value }, authority, key)

const rows = (): Promise<TransactionRow[]> => storage.find(transactions, { orderBy: [['id', 'asc']] })
const received = (): bigint => chain.mined.filter((sent) => sent.to === to).reduce((sum, sent) => sum + sent.value, 0n)
const statusOf = async ({ hash }: TransactionRow): Promise<string> =>
  (await transactionStatus(services, actor.tenant, 'ETHEREUM', hash)).status

/** A minute later. */
async function maintained(): Promise<void> {
  ahead += transactionLimits.lookAgainMilliseconds + 1
  await maintain(services)
}

describe('a transaction', () => {
  it('is kept, with its act in the audit trail, before it is handed to the node', async () => {
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
    const acts = await storage.find(auditRecords, { where: { act: 'transaction.signed' } })
    expect(acts).toEqual([expect.objectContaining({ subject: wallet.id, detail: expect.stringContaining(sent.hash) })])
  })

  it('takes the nonce after those that other programs have used', async () => {
    const earlier = { hash: '0x1', from: wallet.address, to, nonce: 0, value: 0n }
    chain.mined.push(earlier)
    chain.pool.set('0x2', { ...earlier, hash: '0x2', nonce: 1 })
    expect((await send(1)).nonce).toBe(2)
  })

  it('fills a gap that another program has left', async () => {
    chain.pool.set('0x1', { hash: '0x1', from: wallet.address, to, nonce: 0, value: 0n })
    const sends = [await send(1)]
    chain.pool.delete('0x1')
    sends.push(await send(1), await send(1))
    expect(sends.map(({ nonce }) => nonce)).toEqual([1, 0, 2])
    chain.mine()
    expect(received()).toBe(3n * coin)
  })

  it('of a wallet that is archived meanwhile is not signed', async () => {
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

  it('is refused when too many wait', async () => {
    const client = { ...chain.client, nonces: async () => ({ mined: 0, next: transactionLimits.waiting }) }
    await expect(send(1, undefined, process({ client }))).rejects.toMatchObject({ code: 'server.busy' })
  })

  it('is not kept when the node does not answer before it is signed', async () => {
    const client = { ...chain.client, nonces: () => Promise.reject(new Error('down')) }
    await expect(send(1, undefined, process({ client }))).rejects.toMatchObject({
      code: 'transaction.chain-unavailable',
      status: 503,
    })
    expect(await rows()).toEqual([])
  })
})

describe('a transaction that was kept and perhaps not handed over', () => {
  describe.each(['fails', 'hangs', 'lost'] as const)('(the node %s)', (behaviour) => {
    beforeEach(() => {
      chain.broadcasts.push(behaviour)
    })

    it('is answered with its hash all the same, and handed over before the next one', async () => {
      const first = await send(1)
      const second = await send(2, undefined, process())
      expect([first.nonce, second.nonce]).toEqual([0, 1])
      chain.mine()
      expect(chain.mined.map(({ hash }) => hash)).toEqual([first.hash, second.hash])
    })

    it('is handed over by whoever asks what became of it', async () => {
      const sent = await send(1)
      expect(await statusOf(sent)).toBe('PENDING')
      chain.mine()
      expect(await statusOf(sent)).toBe('SUCCEEDED')
    })

    it('is handed over by maintain()', async () => {
      await send(1)
      await maintained()
      chain.mine()
      expect(received()).toBe(coin)
    })

    it('is handed over, and given again, under the same key', async () => {
      const sent = await send(1, 'key')
      expect((await send(1, 'key', process())).hash).toBe(sent.hash)
      chain.mine()
      expect((await send(1, 'key', process())).hash).toBe(sent.hash)
      expect(received()).toBe(coin)
    })
  })

  it('is sent once when the process dies at any step, and the caller asks again under the same key', async () => {
    let deaths = 0
    for (let step = 0; ; step++) {
      for (const moment of ['before', 'after'] as const) {
        const dying = mortal(step, moment)
        const by = process({ storage: dying.storage(storage), client: dying.client(chain.client) })
        const answer = await send(1, `key ${step} ${moment}`, by).catch((error: unknown) => error)
        if (!dying.isDead()) {
          expect(deaths).toBeGreaterThan(10)
          return
        }
        deaths++
        expect(answer).toBeDefined()
        const before = received()
        await send(1, `key ${step} ${moment}`, process())
        chain.mine()
        expect(received() - before).toBe(coin)
      }
    }
  })
})

describe('a transaction that the node refuses', () => {
  it('gives its nonce back when none after it was given away', async () => {
    chain.balances.set(wallet.address, coin)
    await expect(send(2)).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
    expect(await rows()).toEqual([expect.objectContaining({ state: 'refused', nonce: null, nextLookAt: null })])
    expect((await send(1)).nonce).toBe(0)
    chain.mine()
    expect(received()).toBe(coin)
  })

  it('is refused again under the same key, also once there are funds', async () => {
    chain.balances.set(wallet.address, 0n)
    await expect(send(1, 'key')).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
    chain.balances.set(wallet.address, 5n * coin)
    await expect(send(1, 'key')).rejects.toMatchObject({ code: 'transaction.insufficient-funds' })
    expect(chain.pool.size).toBe(0)
  })

  it('is replaced by one that does nothing when one after it was sent, and blocks nothing', async () => {
    const big = await send(500)
    const small = await send(1)
    chain.pool.clear()
    chain.balances.set(wallet.address, 10n * coin)
    await maintained()
    await maintained()
    chain.mine(20)
    expect(chain.mined.map(({ hash, nonce, to: recipient }) => ({ hash, nonce, recipient }))).toEqual([
      { hash: expect.not.stringMatching(big.hash), nonce: 0, recipient: wallet.address },
      { hash: small.hash, nonce: 1, recipient: to },
    ])
    expect([await statusOf(big), await statusOf(small)]).toEqual(['FAILED', 'SUCCEEDED'])
    expect((await send(2)).nonce).toBe(2)
  })

  it('is told from one whose nonce another program has used: that one says so, and the wallet goes on', async () => {
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

describe('a transaction that one process has accepted and another refused', () => {
  /** Kept, and handed over by nobody yet. */
  const kept = (): Promise<TransactionRow> => {
    chain.broadcasts.push('fails')
    return send(1, 'key')
  }
  const refusals: readonly BroadcastAnswer[] = [
    { outcome: 'refused', reason: 'insufficient-funds' },
    { outcome: 'refused', reason: 'fee-too-low' },
    { outcome: 'nonce-taken' },
  ]
  /** A node that does not see the transaction, and says no to it. */
  const behind = (broadcast: ChainClient['broadcast']): Services =>
    process({ client: { ...chain.client, broadcast, status: async () => ({ state: 'unknown', confirmations: 0 }) } })

  describe.each(refusals)('($outcome $reason)', (refusal) => {
    it('stays sent when it was accepted before it is given up', async () => {
      await kept()
      const other = behind(async () => {
        await send(1, 'key', process())
        return refusal
      })
      expect(await send(1, 'key', other)).toMatchObject({ state: 'sent', nonce: 0 })
    })

    it('is sent after all when it was given up before it was known to be accepted', async () => {
      const { cancelRaw } = await kept()
      const client: ChainClient = {
        ...chain.client,
        broadcast: async (raw) => {
          const answer = await chain.client.broadcast(raw)
          const no = behind(async () => refusal)
          await expect(send(1, 'key', no)).rejects.toMatchObject({ code: expect.stringMatching(/^transaction\./) })
          return answer
        },
      }
      const answered = await send(1, 'key', process({ client }))
      expect(answered).toMatchObject({ state: 'sent', failure: null, nonce: 0, cancelRaw })
      expect(answered.nextLookAt).not.toBeNull()
    })

    afterEach(async () => {
      // Whoever asks again pays once, and the wallet goes on with the next nonce.
      await send(1, 'key')
      expect((await send(2)).nonce).toBe(1)
      chain.mine()
      expect(received()).toBe(3n * coin)
    })
  })

  it('leaves its nonce to the transaction that was given it meanwhile', async () => {
    await kept()
    const client: ChainClient = {
      ...chain.client,
      broadcast: async (raw) => {
        const no = behind(async () => ({ outcome: 'refused', reason: 'insufficient-funds' }))
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
  it('looks at a transaction until it is final, and then no more', async () => {
    const sent = await send(1)
    chain.mine()
    await maintained()
    expect(await rows()).toEqual([expect.objectContaining({ state: 'sent', nextLookAt: expect.any(Number) })])
    chain.mine(transactionLimits.finalConfirmations)
    await maintained()
    expect(await rows()).toEqual([
      expect.objectContaining({ id: sent.id, state: 'mined', nextLookAt: null, cancelRaw: null }),
    ])
  })

  it('goes on when a node does not answer', async () => {
    chain.broadcasts.push('fails', 'fails')
    await send(1)
    await maintained()
    await maintained()
    chain.mine()
    expect(received()).toBe(coin)
  })
})

describe('two processes', () => {
  it('give no nonce twice and leave no gap, whatever the node does', async () => {
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

/** A process that dies at one step: before what it does there is done, or after, when nobody hears of it. */
function mortal(deadline: number, moment: 'before' | 'after') {
  let step = 0
  let dead = false
  const guarded =
    <A extends readonly unknown[], R>(act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const now = step++ === deadline
      if (dead || (now && moment === 'before')) {
        dead = true
        throw new Error('dead')
      }
      const result = await act(...args)
      if (now) {
        dead = true
        throw new Error('dead')
      }
      return result
    }
  return {
    isDead: () => dead,
    storage: (alive: Storage): Storage => ({
      find: (table, query) => guarded(() => alive.find(table, query))(),
      commit: guarded((given) => alive.commit(given)),
    }),
    client: (alive: FakeChain['client']): ChainClient => ({
      ...alive,
      nonces: guarded(alive.nonces),
      broadcast: guarded(alive.broadcast),
      fees: guarded(alive.fees),
      estimateGas: guarded(alive.estimateGas),
    }),
  }
}
