import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basicAuthorization } from '../basic-authorization.ts'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { balanceChain } from './balance-chain.ts'
import { createSuiteCalls, pin, type SuiteCalls } from './suite-calls.ts'
import { createTwoInstances } from './two-instances.ts'

/** Concurrent requests per step. */
const atOnce = 12

describe.each(await listTestDatabases())('concurrent requests through two instances on $name', (database) => {
  let callers: readonly SuiteCalls[]
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const made = await createTwoInstances(database, { chainClients: { ETHEREUM: balanceChain() } })
    drop = made.drop
    const key = await made.instances[0].serviceKeys.create({ tag: 'races', scopes: ['custody'] })
    const authorization = basicAuthorization(key.keyId, key.keySecret)
    callers = made.instances.map(({ custody }) => createSuiteCalls(inMemoryDriver(custody), () => authorization))
  })
  afterAll(() => drop())

  const call: SuiteCalls['call'] = (...request) => (callers[0] as SuiteCalls).call(...request)
  const createUserWithWallet = (): ReturnType<SuiteCalls['createUserWithWallet']> =>
    (callers[0] as SuiteCalls).createUserWithWallet()
  const race = (method: string, ...paths: readonly string[]) =>
    Promise.all(
      Array.from({ length: atOnce }, (_, index) =>
        callers[index % 2]?.call(
          method,
          paths[index % paths.length] ?? '',
          method === 'POST' ? { pincode: pin } : undefined,
        ),
      ),
    )

  it.each([
    ['transactions', 'execute', { type: 'TRANSFER', to: `0x${'22'.repeat(20)}`, value: '1' }],
    ['signatures', 'sign', { type: 'MESSAGE', data: 'once' }],
  ])('confirm once and use once a request of %s', { timeout: 300_000 }, async (kind, step, fields) => {
    for (let round = 0; round < 3; round++) {
      const { wallet } = await createUserWithWallet()
      const request = { ...fields, secretType: 'ETHEREUM', walletId: wallet.id, status: 'SAVED' }
      const { result: saved } = await call('POST', `/api/${kind}/build`, request)
      const path = `/api/${kind}/${saved.id}`
      for (const act of ['confirm', step]) {
        const outcomes = await race('POST', `${path}/${act}`)
        expect(outcomes.map((outcome) => outcome?.status).toSorted()).toEqual([200, ...Array(atOnce - 1).fill(409)])
      }
    }
  })

  it('execute or cancel a request, never both', { timeout: 300_000 }, async () => {
    for (let round = 0; round < 4; round++) {
      const { wallet } = await createUserWithWallet()
      const request = { type: 'MESSAGE', data: 'x', secretType: 'ETHEREUM', walletId: wallet.id, status: 'READY' }
      const { result: ready } = await call('POST', '/api/signatures/build', request)
      const path = `/api/signatures/${ready.id}`
      const [signed, canceled] = await Promise.all([
        Promise.all([0, 1, 0].map((index) => callers[index]?.call('POST', `${path}/sign`, { pincode: pin }))),
        Promise.all([1, 0, 1].map((index) => callers[index]?.call('DELETE', path))),
      ])
      const winners = [...signed, ...canceled].filter((outcome) => outcome?.status === 200)
      expect(winners).toHaveLength(1)
      const { result } = await call('GET', path)
      const isSigned = signed.some((outcome) => outcome?.status === 200)
      expect(result.signatureRequest.status).toBe(isSigned ? 'SIGNED' : 'CANCELED')
    }
  })
})
