import { beforeEach, describe, expect, test } from 'vitest'
import { createChainConnections } from '../../custody/chain-clients/index.ts'
import type { CustodyServices } from '../../custody/services.ts'
import { batch, defineTable, insert, integer, text, update } from '../../kernel/storage/index.ts'
import { type CustodyCall, custodyCaller } from '../../test-fixtures/custody-caller.ts'
import { fakeChain } from '../../test-fixtures/fake-chain.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { type Act, actKinds } from './act.ts'
import type { ActDecision } from './authorize-act.ts'

const pincode = '471147'
const contract = '0x00000000000000000000000000000000000000AA'
const counts = defineTable({ name: 'counts', columns: { id: text(8), count: integer() }, key: ['id'] })

let acts: Act[]
let decide: (act: Act) => Promise<ActDecision>
let services: CustodyServices
let call: CustodyCall
let userId: string
let walletId: string
let method: string

beforeEach(async () => {
  acts = []
  decide = () => Promise.resolve({ decision: 'allow', writes: [] })
  services = {
    ...testServices(),
    chainConnections: createChainConnections({ ETHEREUM: fakeChain().client }),
    actAuthorizers: [
      (act) => {
        acts.push(act)
        return decide(act)
      },
    ],
  }
  call = await custodyCaller(services, 'default', { rawSignatures: true })
  const user = await call('createUser', { body: { signingMethod: { type: 'PIN', value: pincode } } })
  userId = user.result.id
  method = `${user.result.signingMethods[0].id}:${pincode}`
  walletId = (await call('createWallet', { body: { secretType: 'ETHEREUM', userId, pincode } })).result.id
  acts = []
})

const typedData = {
  types: { EIP712Domain: [{ name: 'name', type: 'string' }], Order: [{ name: 'amount', type: 'uint256' }] },
  primaryType: 'Order',
  domain: { name: 'Shop' },
  message: { amount: '1' },
}
const signature = (type: string, data: unknown) => ({
  body: { pincode, signatureRequest: { type, secretType: 'ETHEREUM', walletId, data } },
})
const transaction = (request: object) => ({
  body: { pincode, transactionRequest: { secretType: 'ETHEREUM', walletId, ...request } },
})
const transfer = () => transaction({ type: 'TRANSFER', to: contract, value: '1' })

/** A request of each act of the custody API. */
const requests: Readonly<Record<string, () => ReturnType<CustodyCall>>> = {
  message: () => call('createSignature', signature('MESSAGE', 'hello')),
  'typed-data': () => call('createSignature', signature('EIP712', typedData)),
  'raw-signature': () => call('createSignature', signature('ETHEREUM_RAW', '11'.repeat(32))),
  transaction: () => call('createTransaction', transfer()),
  'transaction-build': () => call('buildTransaction', transfer()),
  'key-export': () => call('exportWallet', { params: { walletId }, body: { type: 'PRIVATE_KEY', pincode } }),
  'method-change': () =>
    call('createSigningMethod', { params: { userId }, body: { type: 'PASSWORD', value: 'correct horse' }, method }),
  'wallet-link': async () => {
    const own = await call('createWallet', { body: { secretType: 'ETHEREUM', pincode: '1111' } })
    const params = { walletId: own.result.id }
    return call('linkWallet', { params, body: { userId, pincode: '1111' }, method })
  },
}

describe('a module that authorizes acts', () => {
  test.each(Object.keys(requests))('sees the act %s once, and its denial denies it', async (kind) => {
    decide = () => Promise.resolve({ decision: 'deny' })
    expect(await requests[kind]?.()).toMatchObject({ status: 403, codes: ['act.denied'] })
    expect(acts.map((act) => act.kind)).toEqual([kind])
    decide = () => Promise.resolve({ decision: 'allow', writes: [] })
    expect((await requests[kind]?.())?.status).toBe(200)
  })

  test('sees what a transaction does as it is signed, whatever the request looked like', async () => {
    const inputs = [
      { type: 'address', value: contract },
      { type: 'uint256', value: '5' },
    ]
    await call(
      'createTransaction',
      transaction({ type: 'CONTRACT_EXECUTION', to: contract, functionName: 'transfer', inputs }),
    )
    const data = `0x${Buffer.from(acts[0]?.call?.data ?? []).toString('hex')}`
    expect(data).toHaveLength(2 + 2 * 68)
    const to = contract.toLowerCase()
    await call(
      'createTransaction',
      transaction({ type: 'TRANSFER', to, value: '0', data: data.toUpperCase().replace('0X', '0x') }),
    )
    expect(acts).toHaveLength(2)
    expect(acts[1]?.content).toBe(acts[0]?.content)
  })

  test('names the request that waits in the error of a step-up and of an approval', async () => {
    decide = () => Promise.resolve({ decision: 'step-up', requestId: 'r1' })
    expect(await requests['message']?.()).toMatchObject({ status: 403, codes: ['act.step-up-required'] })
    decide = () => Promise.resolve({ decision: 'approve', requestId: 'r1' })
    expect(await requests['message']?.()).toMatchObject({ status: 403, codes: ['act.approval-required'] })
  })

  test('commits its writes with the act, so that no race outruns a limit that they count against', async () => {
    await services.storage.commit(batch(insert(counts, { id: 'u', count: 0 })))
    decide = async () => {
      const [row] = await services.storage.find(counts)
      if (row === undefined || row.count >= 3) return { decision: 'deny' }
      return {
        decision: 'allow',
        writes: [update(counts, { where: { id: 'u', count: { lt: 3 } }, add: { count: 1 } })],
      }
    }
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => call('createSignature', signature('MESSAGE', 'hello'))),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(3)
    expect(replies.filter(({ codes }) => codes.includes('act.denied'))).toHaveLength(5)
    expect(await services.storage.find(counts)).toMatchObject([{ count: 3 }])
  })

  test('is not asked about what signs nothing', async () => {
    await call('getUser', { params: { userId } })
    await call('createWallet', { body: { secretType: 'ETHEREUM', userId, pincode } })
    expect(acts).toEqual([])
  })
})

test('every kind of act is described', () => {
  expect(Object.values(actKinds).every((description) => description.length > 10)).toBe(true)
})
