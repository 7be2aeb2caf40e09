import type { Billfold } from '@billfold/core'
import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { basicAuthorization } from '../basic-authorization.ts'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { balanceChain } from './balance-chain.ts'
import type { CustodyReply } from './custody-host.ts'
import { createSuiteCalls, pin, type SuiteCalls } from './suite-calls.ts'
import { createTwoInstances } from './two-instances.ts'

/** Concurrent requests per step. */
const atOnce = 12

describe.each(await listTestDatabases())('concurrent requests through two instances on $name', (database) => {
  let callers: readonly [SuiteCalls, SuiteCalls]
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const made = await createTwoInstances(database, { chainClients: { ETHEREUM: balanceChain() } })
    drop = made.drop
    const [first, second] = made.instances
    const key = await first.serviceKeys.create({ tag: 'races', scopes: ['custody'] })
    const authorization = basicAuthorization(key.keyId, key.keySecret)
    const caller = ({ custody }: Billfold): SuiteCalls => createSuiteCalls(inMemoryDriver(custody), () => authorization)
    callers = [caller(first), caller(second)]
  })
  afterAll(() => drop())

  const callAt = (index: number, ...request: Parameters<SuiteCalls['call']>): Promise<CustodyReply> =>
    callers[index % 2 === 0 ? 0 : 1].call(...request)
  const race = (count: number, method: string, path: string): Promise<readonly CustodyReply[]> =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        callAt(index, method, path, method === 'POST' ? { pincode: pin } : undefined),
      ),
    )
  const isWinner = ({ status }: CustodyReply): boolean => status === 200

  it.each([
    ['transactions', 'execute', { type: 'TRANSFER', to: `0x${'22'.repeat(20)}`, value: '1' }],
    ['signatures', 'sign', { type: 'MESSAGE', data: 'once' }],
  ])('confirm once and use once a request of %s', { timeout: 300_000 }, async (kind, step, fields) => {
    for (let round = 0; round < 3; round++) {
      const { wallet } = await callers[0].createUserWithWallet()
      const request = { ...fields, secretType: 'ETHEREUM', walletId: wallet.id, status: 'SAVED' }
      const { result: saved } = await callAt(0, 'POST', `/api/${kind}/build`, request)
      const path = `/api/${kind}/${saved.id}`
      for (const act of ['confirm', step]) {
        const outcomes = await race(atOnce, 'POST', `${path}/${act}`)
        expect(outcomes.filter(isWinner)).toHaveLength(1)
        expect(outcomes.filter(({ status }) => status === 409)).toHaveLength(atOnce - 1)
      }
    }
  })

  it('execute or cancel a request, never both', { timeout: 300_000 }, async () => {
    for (let round = 0; round < 4; round++) {
      const { wallet } = await callers[0].createUserWithWallet()
      const request = { type: 'MESSAGE', data: 'x', secretType: 'ETHEREUM', walletId: wallet.id, status: 'READY' }
      const { result: ready } = await callAt(0, 'POST', '/api/signatures/build', request)
      const path = `/api/signatures/${ready.id}`
      const [signed, canceled] = await Promise.all([race(3, 'POST', `${path}/sign`), race(3, 'DELETE', path)])
      expect([...signed, ...canceled].filter(isWinner)).toHaveLength(1)
      const { result } = await callAt(0, 'GET', path)
      const isSigned = signed.some(isWinner)
      expect(result.signatureRequest.status).toBe(isSigned ? 'SIGNED' : 'CANCELED')
    }
  })
})
