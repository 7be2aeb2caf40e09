import { Transaction } from 'micro-eth-signer'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../audit/record.ts'
import { auditRecords } from '../../audit/table.ts'
import { type ChainClient, chainConnections, type Repricing, repricingRules } from '../../chain-clients/index.ts'
import { type OpenedMethod, unlock } from '../../credentials/unlock.ts'
import { maintain } from '../../operations/maintain.ts'
import type { Services } from '../../services.ts'
import { memoryStorage, type Storage } from '../../storage/index.ts'
import { type FakeChain, fakeChain } from '../../test-fixtures/fake-chain.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { chainOf, knownChains } from '../../wallets/chains/index.ts'
import { createOwnWallet } from '../../wallets/create.ts'
import type { WalletRow } from '../../wallets/sealing.ts'
import { transactionLimits } from '../limits.ts'
import type { TransactionRow } from '../record.ts'
import { openReplacement, type ReplacementRow } from './replacements.ts'
import { sendTransaction } from '../send.ts'
import { type TransactionStatus, transactionStatus } from '../status.ts'
import { transactionReplacements, transactions } from '../tables.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const ethereum = chainOf(knownChains(), 'ETHEREUM')
const to = '0x00000000000000000000000000000000000000AA'
const coin = 10n ** 18n

let chain: FakeChain
let storage: Storage
let services: Services
let wallet: WalletRow
let authority: OpenedMethod
let ahead: number

beforeEach(async () => {
  chain = fakeChain()
  chain.price.now = 100n
  storage = memoryStorage()
  ahead = 0
  services = { ...testServices(storage), now: () => Date.now() + ahead }
  services = inProcess()
  wallet = await createOwnWallet(services, {}, actor, ethereum, {}, '471147')
  const refusals = { wrong: 'pincode.incorrect', locked: 'pincode.no-tries-left' } as const
  authority = await unlock(services, actor, wallet.ownerId, { type: 'PIN' }, '471147', refusals)
})

/** The host in a process of its own. */
const inProcess = (repricing?: Repricing, client: ChainClient = chain.client): Services => ({
  ...services,
  chainConnections: chainConnections({ ETHEREUM: client }, repricing),
})

const send = (highestFeePerGas?: number, by = services): Promise<TransactionRow> =>
  sendTransaction(
    by,
    actor,
    wallet,
    ethereum,
    { type: 'TRANSFER', to, value: 1, ...(highestFeePerGas && { chainSpecificFields: { highestFeePerGas } }) },
    authority,
  )

async function maintainedAfter(seconds: number, ...by: readonly Services[]): Promise<void> {
  ahead += seconds * 1000
  await Promise.all((by.length === 0 ? [services] : by).map((one) => maintain(one)))
}

const waiting = () => [...chain.pool.values()].map(({ gasPrice }) => gasPrice)
const ladder = (): Promise<ReplacementRow[]> => storage.find(transactionReplacements, { orderBy: [['level', 'asc']] })
const statusOf = (hash: string): Promise<TransactionStatus> =>
  transactionStatus(services, actor.tenant, 'ETHEREUM', hash)

describe('a transaction whose fee has become too low', () => {
  it('is replaced with the same one at the fee that is advised, and either hash tells what became of it', async () => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    chain.mine()
    await maintainedAfter(181)
    expect(waiting()).toEqual([200n])
    const [replacement] = [...chain.pool.keys()]
    expect(await statusOf(hash)).toMatchObject({ status: 'PENDING', replacedBy: replacement })
    chain.mine()
    expect(chain.mined).toEqual([expect.objectContaining({ hash: replacement, nonce: 0, to, value: coin })])
    expect(await statusOf(hash)).toMatchObject({ hash, status: 'SUCCEEDED', replacedBy: replacement })
    expect(await statusOf(String(replacement))).toEqual(expect.not.objectContaining({ replacedBy: expect.anything() }))
    const acts = await storage.find(auditRecords, { where: { act: 'transaction.repriced' } })
    expect(acts).toEqual([expect.objectContaining({ subject: wallet.id, tenant: 'default' })])
  })

  it('ends as mined, and nothing signed is kept, when the replacement is', async () => {
    const { id, hash } = await send(1000)
    chain.price.now = 150n
    await maintainedAfter(181)
    chain.mine(transactionLimits.finalConfirmations)
    await maintainedAfter(61)
    expect(await storage.find(transactions)).toEqual([
      expect.objectContaining({ id, hash, state: 'mined', failure: null, nextLookAt: null }),
    ])
    expect(await ladder()).toEqual([expect.objectContaining({ level: 1, sealedRaw: null })])
  })

  it('is left alone before its time, and while its fee is enough', async () => {
    await send(1000)
    chain.price.now = 150n
    await maintainedAfter(179)
    expect(waiting()).toEqual([100n])
    chain.price.now = 90n
    await maintainedAfter(600)
    expect(waiting()).toEqual([100n])
    expect(await ladder()).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ handedOverAt: null })))
  })

  it('is left alone where its sender has not allowed it', async () => {
    await send()
    chain.price.now = 150n
    await maintainedAfter(10_000)
    expect(waiting()).toEqual([100n])
    expect(await ladder()).toEqual([])
  })

  it('is replaced as often as is allowed, up to the fee that its sender has named, and no more', async () => {
    await send(1000)
    chain.price.now = 5000n
    await maintainedAfter(181)
    expect(waiting()).toEqual([1000n])
    await maintainedAfter(10_000)
    expect(waiting()).toEqual([1000n])
    expect((await ladder()).map(({ feePerGas }) => feePerGas)).toEqual(['200', '400', '1000'])
  })

  it('is never replaced where the host allows none', async () => {
    services = inProcess({ most: 0 })
    await send(1000)
    expect(await ladder()).toEqual([])
  })

  it('rises step by step with the price', async () => {
    services = inProcess({ most: 3, afterSeconds: 60 })
    await send(1000)
    for (const [price, fee] of [
      [150n, 200n],
      [300n, 400n],
      [401n, 1000n],
    ] as const) {
      chain.price.now = price
      await maintainedAfter(61)
      expect(waiting()).toEqual([fee])
    }
  })

  it('is replaced together with those behind it', async () => {
    await send(1000)
    await send()
    await send(1000)
    chain.price.now = 150n
    await maintainedAfter(181)
    expect(
      waiting()
        .map(Number)
        .sort((one, other) => one - other),
    ).toEqual([100, 200, 200])
  })

  it('stays as it is when the replacement is refused for want of funds', async () => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    const client: ChainClient = {
      ...chain.client,
      broadcast: async () => ({ outcome: 'refused', reason: 'insufficient-funds' }),
    }
    await maintainedAfter(181, inProcess({}, client))
    expect(waiting()).toEqual([100n])
    chain.price.now = 100n
    chain.mine()
    expect(await statusOf(hash)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('that was mined just now is not replaced', async () => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    const client: ChainClient = {
      ...chain.client,
      fees: async () => {
        chain.price.now = 100n
        chain.mine()
        return { gasPrice: 150n }
      },
    }
    await maintainedAfter(181, inProcess({}, client))
    expect(chain.mined.map((mined) => mined.hash)).toEqual([hash])
    await maintainedAfter(61)
    expect(await statusOf(hash)).toMatchObject({ status: 'SUCCEEDED' })
  })
})

describe('replacements', () => {
  it('have the effect and the nonce of the transaction, and are sealed', async () => {
    const sent = await send(1000)
    const first = Transaction.fromBytes(sent.raw)
    const rows = await ladder()
    expect(rows).toHaveLength(3)
    for (const row of rows) {
      const raw = (await openReplacement(services, row)) ?? expect.fail('it is gone')
      const replacement = Transaction.fromBytes(raw)
      expect({ ...replacement.raw, gasPrice: 0n, r: 0n, s: 0n, v: 0n, yParity: 0 }).toEqual({
        ...first.raw,
        gasPrice: 0n,
        r: 0n,
        s: 0n,
        v: 0n,
        yParity: 0,
      })
      expect(replacement.hash).toBe(row.hash)
      expect(Buffer.from(row.sealedRaw ?? []).includes(Buffer.from(raw).subarray(20, 60))).toBe(false)
      await expect(openReplacement(services, { ...row, tenant: 'other' })).rejects.toMatchObject({
        code: 'sealed.invalid',
      })
    }
  })

  it.each([
    [99, 'is less than what is paid at first: 100'],
    [2001, 'is more than the host allows: 2000'],
  ])('up to a fee of %d are refused', async (highest, message) => {
    services = inProcess({ highestFeePerGas: { ETHEREUM: 2000n } })
    await expect(send(highest)).rejects.toMatchObject({
      code: 'input.invalid',
      issues: [{ path: 'transactionRequest.chainSpecificFields.highestFeePerGas', message }],
    })
  })

  it('that two processes hand over at once are the same one', async () => {
    await send(1000)
    chain.price.now = 150n
    await maintainedAfter(181, inProcess(), inProcess(), inProcess())
    expect(waiting()).toEqual([200n])
    expect((await ladder()).filter(({ handedOverAt }) => handedOverAt !== null)).toHaveLength(1)
  })

  it.each(['fails', 'lost'] as const)('are handed over again when the node %s', async (behaviour) => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    chain.broadcasts.push(behaviour)
    await maintainedAfter(181)
    await maintainedAfter(61)
    expect(waiting()).toEqual([200n])
    chain.mine()
    expect(await statusOf(hash)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('are handed over again by a node that has forgotten everything', async () => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    await maintainedAfter(181)
    chain.pool.clear()
    await maintainedAfter(61)
    await maintainedAfter(61)
    expect(waiting()).toEqual([200n])
    chain.mine()
    expect(await statusOf(hash)).toMatchObject({ status: 'SUCCEEDED' })
    expect(chain.mined).toHaveLength(1)
  })

  it.each([{ most: 9 }, { most: -1 }, { most: 1.5 }, { afterSeconds: -1 }, { afterSeconds: Number.NaN }])(
    'cannot be bounded by %j',
    (repricing) => {
      expect(() => repricingRules(repricing)).toThrow(RangeError)
    },
  )
})
