import { beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../../kernel/ids.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import type { ActDecision } from '../../platform/acts/authorize-act.ts'
import { type CustodyCall, custodyCaller } from '../../test-fixtures/custody-caller.ts'
import { fakeChain } from '../../test-fixtures/fake-chain.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createChainConnections } from '../chain-clients/index.ts'
import type { CustodyServices } from '../services.ts'
import { savedRequestData } from './personal-data.ts'
import { purgeSavedRequests } from './purge-requests.ts'
import { resolveSavedRequestRules } from './saved-request-rules.ts'
import { savedRequests } from './table.ts'
import { transactions } from '../transactions/tables.ts'
import { wallets } from '../wallets/tables.ts'

const pincode = '471147'
const day = 86_400_000

let decision: ActDecision
let now: number
let services: CustodyServices
let call: CustodyCall
let userId: string
let walletId: string

beforeEach(async () => {
  decision = { decision: 'allow', writes: [] }
  now = Date.now()
  services = {
    ...testServices(),
    now: () => now,
    chainConnections: createChainConnections({ ETHEREUM: fakeChain().client }),
    actAuthorizers: [() => Promise.resolve(decision)],
  }
  call = await custodyCaller(services)
  const user = await call('createUser', { body: { signingMethod: { type: 'PIN', value: pincode } } })
  userId = user.result.id
  walletId = (await call('createWallet', { body: { secretType: 'ETHEREUM', userId, pincode } })).result.id
})

const buildSignature = async (data = 'hello'): Promise<string> => {
  const body = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data, status: 'READY' }
  return (await call('buildSignature', { body })).result.id
}
const saveTransaction = async (): Promise<string> => {
  const to = `0x${'22'.repeat(20)}`
  const body = { type: 'TRANSFER', secretType: 'ETHEREUM', walletId, to, value: 1, status: 'READY' }
  return (await call('createTransaction', { body })).result.id
}

describe('a saved request', () => {
  it('that a policy denies is not used up', async () => {
    const [signatureId, transactionId] = [await buildSignature(), await saveTransaction()]
    const sign = () => call('signSavedSignature', { params: { signatureId }, body: { pincode } })
    const execute = () => call('executeSavedTransaction', { params: { transactionId }, body: { pincode } })
    for (const refused of [
      { decision: 'deny' } as const,
      { decision: 'step-up', requestId: 'one' } as const,
      { decision: 'approve', requestId: 'two' } as const,
    ]) {
      decision = refused
      expect((await sign()).status).toBe(403)
      expect((await execute()).status).toBe(403)
    }
    decision = { decision: 'allow', writes: [] }
    expect((await sign()).status).toBe(200)
    expect((await execute()).status).toBe(200)
    expect((await sign()).codes).toEqual(['saved-request.already-signed'])
    expect((await execute()).codes).toEqual(['saved-request.already-signed'])
  })

  it('is stored sealed, exported while it waits, and deleted with its user', async () => {
    const id = await buildSignature('a personal text')
    const [row] = await services.storage.find(savedRequests, { where: { id } })
    expect(Buffer.from(row?.sealedRequest ?? []).toString('latin1')).not.toContain('personal')
    const user = { tenant: 'default', userId }
    expect(await savedRequestData.collect(services, user)).toMatchObject([
      { id, type: 'MESSAGE', state: 'READY', request: { data: 'a personal text' } },
    ])
    const { writes } = await savedRequestData.erase(services, user)
    await services.storage.commit(batch(...writes))
    expect(await services.storage.find(savedRequests)).toEqual([])
    expect(await savedRequestData.collect(services, user)).toBeUndefined()
  })

  it('whose sealed content is swapped with that of another one is not signed', async () => {
    const [mine, other] = [await buildSignature('one'), await buildSignature('two')]
    const [row] = await services.storage.find(savedRequests, { where: { id: other } })
    await services.storage.commit(
      batch(update(savedRequests, { where: { id: mine }, set: { sealedRequest: row?.sealedRequest ?? null } })),
    )
    expect((await call('signSavedSignature', { params: { signatureId: mine }, body: { pincode } })).status).toBe(500)
    expect((await call('signSavedSignature', { params: { signatureId: other }, body: { pincode } })).status).toBe(200)
  })

  it('is deleted a month after it has expired', async () => {
    await buildSignature()
    now += 29 * day
    await purgeSavedRequests(services)
    expect(await services.storage.find(savedRequests)).toHaveLength(1)
    now += 2 * day
    await purgeSavedRequests(services)
    expect(await services.storage.find(savedRequests)).toEqual([])
  })

  it('of a user whom a key does not see is unknown to it, and not counted', async () => {
    const ids = { signatureId: await buildSignature(), transactionId: await saveTransaction() }
    const elsewhere = { set: { userOrigin: 'onboarding' }, expectedRows: 'any' as const, where: {} }
    await services.storage.commit(
      batch(update(savedRequests, elsewhere), update(transactions, elsewhere), update(wallets, elsewhere)),
    )
    const unknown = { signatureId: newId(), transactionId: newId() }
    for (const id of ['getSignature', 'deleteSignature', 'confirmSignature', 'signSavedSignature'])
      expect(await call(id, { params: ids, body: { pincode } })).toEqual(
        await call(id, { params: unknown, body: { pincode } }),
      )
    for (const id of ['getTransaction', 'deleteTransaction', 'confirmTransaction', 'executeSavedTransaction'])
      expect(await call(id, { params: ids, body: { pincode } })).toEqual(
        await call(id, { params: unknown, body: { pincode } }),
      )
    const everybody = await custodyCaller(services, 'default', {}, ['custody', 'custody:all-users'])
    for (const [id, count] of [
      ['listSignatures', 1],
      ['listTransactions', 1],
      ['listWallets', 1],
    ] as const) {
      expect((await call(id)).result).toEqual([])
      expect((await everybody(id)).result).toHaveLength(count)
    }
  })

  it('of another tenant is unknown', async () => {
    const params = { signatureId: await buildSignature() }
    const stranger = await custodyCaller(services, 'another')
    expect(await stranger('getSignature', { params })).toMatchObject({ status: 404 })
    expect(await stranger('signSavedSignature', { params, body: { pincode } })).toMatchObject({ status: 404 })
    expect(await stranger('deleteSignature', { params })).toMatchObject({ status: 404 })
  })
})

it('the times of saved requests are seconds up to a year', () => {
  expect(resolveSavedRequestRules()).toMatchObject({ confirmWithinSeconds: 604_800, signWithinSeconds: 300 })
  for (const signWithinSeconds of [0, -1, Number.NaN, 4e7])
    expect(() => resolveSavedRequestRules({ signWithinSeconds })).toThrow(RangeError)
})
