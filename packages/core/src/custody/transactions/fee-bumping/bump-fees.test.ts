import type { CustodyServices } from '../../services.ts'
import { Transaction } from 'micro-eth-signer'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import { auditRecords } from '../../../platform/audit/tables.ts'
import {
  type ChainClient,
  createChainConnections,
  type FeeBumping,
  resolveFeeBumping,
} from '../../chain-clients/index.ts'
import { authorizeMethod } from '../../../identity/signing-methods/authorize-method.ts'
import type { AuthorizedMethod } from '../../../identity/signing-methods/authorized-method.ts'
import { runMaintenance } from '../../../test-fixtures/run-maintenance.ts'
import { memoryStorage, type Storage } from '../../../kernel/storage/index.ts'
import { type FakeChain, fakeChain } from '../../../test-fixtures/fake-chain.ts'
import { testServices } from '../../../test-fixtures/services.ts'
import { getChain, knownChains } from '../../wallets/chains/index.ts'
import { createStandaloneWallet } from '../../wallets/create.ts'
import type { CustodyWalletRow } from '../../wallets/sealing.ts'
import { transactionLimits } from '../limits.ts'
import type { TransactionRow } from '../transaction-row.ts'
import { openReplacement, type TransactionReplacementRow } from './replacements.ts'
import { sendTransaction } from '../sending/send.ts'
import { type TransactionStatus, getTransactionStatus } from '../tracking/status.ts'
import { transactionReplacements, transactions } from '../tables.ts'

const actor: Actor = { tenant: 'default', id: 'test' }
const ethereum = getChain(knownChains(), 'ETHEREUM')
const to = '0x00000000000000000000000000000000000000AA'
const coin = 10n ** 18n

let chain: FakeChain
let storage: Storage
let services: CustodyServices
let wallet: CustodyWalletRow
let authorizedBy: AuthorizedMethod
let ahead: number

beforeEach(async () => {
  chain = fakeChain()
  chain.price.now = 100n
  storage = memoryStorage()
  ahead = 0
  services = { ...testServices(storage), now: () => Date.now() + ahead }
  services = inAnotherProcess()
  wallet = await createStandaloneWallet(services, {}, actor, ethereum, {}, '471147')
  const refusals = { wrong: 'pincode.incorrect', locked: 'pincode.no-tries-left' } as const
  authorizedBy = await authorizeMethod(services, actor, wallet.ownerId, { type: 'PIN' }, '471147', refusals)
})

/** The same host in another process. */
const inAnotherProcess = (feeBumping?: FeeBumping, client: ChainClient = chain.client): CustodyServices => ({
  ...services,
  chainConnections: createChainConnections({ ETHEREUM: client }, feeBumping),
})

const send = (maxReplacementFeePerGas?: number, by = services): Promise<TransactionRow> =>
  sendTransaction(
    by,
    actor,
    wallet,
    ethereum,
    {
      type: 'TRANSFER',
      to,
      value: 1,
      ...(maxReplacementFeePerGas && { chainSpecificFields: { maxReplacementFeePerGas } }),
    },
    authorizedBy,
  )

async function maintainAfter(seconds: number, ...by: readonly CustodyServices[]): Promise<void> {
  ahead += seconds * 1000
  await Promise.all((by.length === 0 ? [services] : by).map((one) => runMaintenance(one)))
}

const pendingGasPrices = () => [...chain.pool.values()].map(({ gasPrice }) => gasPrice)
const listAllReplacements = (): Promise<TransactionReplacementRow[]> =>
  storage.find(transactionReplacements, { orderBy: [['level', 'asc']] })
const getStatus = (hash: string): Promise<TransactionStatus> =>
  getTransactionStatus(services, actor.tenant, 'ETHEREUM', hash)

describe('a pending transaction whose fee has become too low', () => {
  it('is replaced at the recommended fee, and its status is found by either hash', async () => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    chain.mine()
    await maintainAfter(181)
    expect(pendingGasPrices()).toEqual([200n])
    const [replacement] = [...chain.pool.keys()]
    expect(await getStatus(hash)).toMatchObject({ status: 'PENDING', replacedBy: replacement })
    chain.mine()
    expect(chain.mined).toEqual([expect.objectContaining({ hash: replacement, nonce: 0, to, value: coin })])
    expect(await getStatus(hash)).toMatchObject({ hash, status: 'SUCCEEDED', replacedBy: replacement })
    expect(await getStatus(String(replacement))).toEqual(expect.not.objectContaining({ replacedBy: expect.anything() }))
    const records = await storage.find(auditRecords, { where: { action: 'transaction.fee-bumped' } })
    expect(records).toEqual([expect.objectContaining({ subject: wallet.id, tenant: 'default' })])
  })

  it('becomes mined and its signed replacements are erased when a replacement is mined', async () => {
    const { id, hash } = await send(1000)
    chain.price.now = 150n
    await maintainAfter(181)
    chain.mine(transactionLimits.finalityConfirmations)
    await maintainAfter(61)
    expect(await storage.find(transactions)).toEqual([
      expect.objectContaining({ id, hash, state: 'mined', failureCode: null, nextCheckAt: null }),
    ])
    expect(await listAllReplacements()).toEqual([expect.objectContaining({ level: 1, sealedRaw: null })])
  })

  it('is not replaced before the pendingGasPrices time or while its fee is sufficient', async () => {
    await send(1000)
    chain.price.now = 150n
    await maintainAfter(179)
    expect(pendingGasPrices()).toEqual([100n])
    chain.price.now = 90n
    await maintainAfter(600)
    expect(pendingGasPrices()).toEqual([100n])
    expect(await listAllReplacements()).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ broadcastAt: null })),
    )
  })

  it('is not replaced if its sender has not allowed fee bumping', async () => {
    await send()
    chain.price.now = 150n
    await maintainAfter(10_000)
    expect(pendingGasPrices()).toEqual([100n])
    expect(await listAllReplacements()).toEqual([])
  })

  it('is replaced up to the maximum fee of its sender and no further', async () => {
    await send(1000)
    chain.price.now = 5000n
    await maintainAfter(181)
    expect(pendingGasPrices()).toEqual([1000n])
    await maintainAfter(10_000)
    expect(pendingGasPrices()).toEqual([1000n])
    expect((await listAllReplacements()).map(({ maxFeePerGas }) => maxFeePerGas)).toEqual(['200', '400', '1000'])
  })

  it('is never replaced if the host allows no bumps', async () => {
    services = inAnotherProcess({ maxBumps: 0 })
    await send(1000)
    expect(await listAllReplacements()).toEqual([])
  })

  it('is bumped step by step as the gas price rises', async () => {
    services = inAnotherProcess({ maxBumps: 3, afterSeconds: 60 })
    await send(1000)
    for (const [price, fee] of [
      [150n, 200n],
      [300n, 400n],
      [401n, 1000n],
    ] as const) {
      chain.price.now = price
      await maintainAfter(61)
      expect(pendingGasPrices()).toEqual([fee])
    }
  })

  it('is replaced together with later transactions of the account', async () => {
    await send(1000)
    await send()
    await send(1000)
    chain.price.now = 150n
    await maintainAfter(181)
    expect(
      pendingGasPrices()
        .map(Number)
        .sort((one, other) => one - other),
    ).toEqual([100, 200, 200])
  })

  it('stays pending when its replacement is refused for insufficient funds', async () => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    const client: ChainClient = {
      ...chain.client,
      broadcast: async () => ({ outcome: 'rejected', reason: 'insufficient-funds' }),
    }
    await maintainAfter(181, inAnotherProcess({}, client))
    expect(pendingGasPrices()).toEqual([100n])
    chain.price.now = 100n
    chain.mine()
    expect(await getStatus(hash)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('is not replaced if it was mined in the meantime', async () => {
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
    await maintainAfter(181, inAnotherProcess({}, client))
    expect(chain.mined.map((mined) => mined.hash)).toEqual([hash])
    await maintainAfter(61)
    expect(await getStatus(hash)).toMatchObject({ status: 'SUCCEEDED' })
  })
})

describe('replacements', () => {
  it('have the effect and nonce of the transaction and are sealed', async () => {
    const sent = await send(1000)
    const first = Transaction.fromBytes(sent.raw)
    const rows = await listAllReplacements()
    expect(rows).toHaveLength(3)
    for (const row of rows) {
      const raw = (await openReplacement(services, row)) ?? expect.fail('the replacement was erased')
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
    [99, 'is below the initial fee: 100'],
    [2001, 'exceeds the limit of the host: 2000'],
  ])('are rejected with a maximum fee of %d', async (highest, message) => {
    services = inAnotherProcess({ maxReplacementFeePerGas: { ETHEREUM: 2000n } })
    await expect(send(highest)).rejects.toMatchObject({
      code: 'input.invalid',
      issues: [{ path: 'transactionRequest.chainSpecificFields.maxReplacementFeePerGas', message }],
    })
  })

  it('broadcast concurrently by several processes are the same one', async () => {
    await send(1000)
    chain.price.now = 150n
    await maintainAfter(181, inAnotherProcess(), inAnotherProcess(), inAnotherProcess())
    expect(pendingGasPrices()).toEqual([200n])
    expect((await listAllReplacements()).filter(({ broadcastAt }) => broadcastAt !== null)).toHaveLength(1)
  })

  it.each(['fails', 'lost'] as const)('are rebroadcast when the node %s', async (behaviour) => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    chain.broadcasts.push(behaviour)
    await maintainAfter(181)
    await maintainAfter(61)
    expect(pendingGasPrices()).toEqual([200n])
    chain.mine()
    expect(await getStatus(hash)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('are rebroadcast when the node has dropped them', async () => {
    const { hash } = await send(1000)
    chain.price.now = 150n
    await maintainAfter(181)
    chain.pool.clear()
    await maintainAfter(61)
    await maintainAfter(61)
    expect(pendingGasPrices()).toEqual([200n])
    chain.mine()
    expect(await getStatus(hash)).toMatchObject({ status: 'SUCCEEDED' })
    expect(chain.mined).toHaveLength(1)
  })

  it.each([{ maxBumps: 9 }, { maxBumps: -1 }, { maxBumps: 1.5 }, { afterSeconds: -1 }, { afterSeconds: Number.NaN }])(
    'throw a RangeError for the rules %j',
    (feeBumping) => {
      expect(() => resolveFeeBumping(feeBumping)).toThrow(RangeError)
    },
  )
})
