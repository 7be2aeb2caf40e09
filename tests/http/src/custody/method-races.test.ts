import { listTestDatabases } from '@billfold/test-databases'
import { verifyMessage } from 'ethers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRequest } from '../send-request.ts'
import { type Host, startHost } from '../hosts/start-host.ts'
import { mountings } from '../hosts/mountings.ts'
import { basicAuthorization } from '../basic-authorization.ts'
import { callCustody, type CustodyReply } from './custody-host.ts'
import { createTwoInstances } from './two-instances.ts'

/** Concurrent operations on a user's signing methods and wallets. */
const operation = fc.oneof(
  fc.record({ kind: fc.constant('replace PIN' as const), value: fc.constantFrom('1111', '2222', '3333') }),
  fc.record({ kind: fc.constantFrom('replace code' as const, 'remove code' as const, 'add code' as const) }),
  fc.record({ kind: fc.constantFrom('wallet by PIN' as const, 'wallet by code' as const, 'add password' as const) }),
)
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never

/** The errors that a race may end in: the authorizing method is gone, the method exists already, or a conflict. */
const fair = ['signing-method.invalid', 'signing-method.exists', 'signing-method.not-found', 'storage.conflict']

describe.each(await listTestDatabases())(
  'concurrent changes of signing methods through two hosts on $name',
  (database) => {
    const hosts: Host[] = []
    let ask: (index: number, method: string, path: string, json?: unknown, header?: string) => Promise<CustodyReply>
    let drop: () => Promise<void> = async () => {}

    beforeAll(async () => {
      const made = await createTwoInstances(database)
      drop = made.drop
      const [first, second] = made.instances
      const chosen = mountings.filter(({ through, prefix, parser }) => through === 'app' && prefix === '' && !parser)
      const [express, , koa] = chosen
      if (express === undefined || koa === undefined) throw new Error('there are no mountings')
      hosts.push(await startHost(express, first.custody), await startHost(koa, second.custody))
      const { keyId, keySecret } = await first.serviceKeys.create({ tag: 'races', scopes: ['custody'] })
      ask = (index, method, path, json, header) => {
        const port = hosts[index % 2]?.port ?? 0
        const client = {
          request: (verb: string, at: string, sent?: Parameters<typeof sendRequest>[3]) =>
            sendRequest(port, verb, at, sent),
        }
        return callCustody(
          client,
          basicAuthorization(keyId, keySecret),
          method,
          path,
          json,
          header === undefined ? {} : { 'signing-method': header },
        )
      }
    })
    afterAll(async () => {
      await Promise.all(hosts.map((host) => host.close()))
      await drop()
    })

    it('leave one PIN, at most one code, and every wallet usable', { timeout: 300_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 12 }), async (operations) => {
          const { result: user } = await ask(0, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: '4711' } })
          const userId: string = user.id
          const methods = `/api/users/${userId}/signing-methods`
          const pinId: string = user.signingMethods[0].id
          const { result: code } = await ask(1, 'POST', methods, { type: 'EMERGENCY_CODE' }, `${pinId}:4711`)
          const [byPin, byCode] = [`${pinId}:4711`, `${code.id}:${code.value}`]
          const wallet = { secretType: 'ETHEREUM', userId }

          const start = (one: Operation, index: number): Promise<CustodyReply> => {
            if (one.kind === 'replace PIN')
              return ask(index, 'PUT', `${methods}/${pinId}`, { value: one.value }, byCode)
            if (one.kind === 'replace code') return ask(index, 'PUT', `${methods}/${code.id}`, {}, byPin)
            if (one.kind === 'remove code') return ask(index, 'DELETE', `${methods}/${code.id}`, undefined, byPin)
            if (one.kind === 'add code') return ask(index, 'POST', methods, { type: 'EMERGENCY_CODE' }, byPin)
            if (one.kind === 'add password')
              return ask(index, 'POST', methods, { type: 'PASSWORD', value: 'a password' }, byPin)
            return ask(index, 'POST', '/api/wallets', wallet, one.kind === 'wallet by PIN' ? byPin : byCode)
          }
          const outcomes = await Promise.all(operations.map(start))
          for (const { status, codes } of outcomes)
            if (status !== 200) expect(fair).toEqual(expect.arrayContaining([...codes]))

          const { result: after } = await ask(0, 'GET', `/api/users/${userId}`)
          const types: string[] = after.signingMethods.map(({ type }: { type: string }) => type)
          expect(types.filter((type) => type === 'PIN')).toHaveLength(1)
          expect(types.filter((type) => type === 'EMERGENCY_CODE').length).toBeLessThanOrEqual(1)

          const made = await ask(1, 'GET', `/api/wallets?userId=${userId}`)
          expect(made.result).toHaveLength(
            outcomes.filter(({ status }, index) => status === 200 && operations[index]?.kind.startsWith('wallet'))
              .length,
          )
          const opening: string[] = []
          for (const value of ['4711', '1111', '2222', '3333']) {
            if ((await ask(0, 'POST', '/api/wallets', wallet, `${pinId}:${value}`)).status === 200) opening.push(value)
          }
          expect(opening).toHaveLength(1)
          for (const { id, address } of made.result) {
            const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: id, data: 'm' }
            const { result } = await ask(1, 'POST', '/api/signatures', { signatureRequest }, `${pinId}:${opening[0]}`)
            expect(verifyMessage('m', result.signature)).toBe(address)
          }
        }),
        { numRuns: 8 },
      )
    })

    it('create sixty wallets of one user with distinct addresses', { timeout: 300_000 }, async () => {
      const { result: user } = await ask(0, 'POST', '/api/users', { signingMethod: { type: 'PIN', value: '4711' } })
      const body = { secretType: 'ETHEREUM', userId: user.id, pincode: '4711' }
      const made = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(index, 'POST', '/api/wallets', body)))
      expect(made.map(({ status }) => status)).toEqual(Array(60).fill(200))
      expect(new Set(made.map(({ result }) => result.address)).size).toBe(60)
    })
  },
)
