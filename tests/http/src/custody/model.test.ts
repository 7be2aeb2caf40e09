import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyMessage } from 'ethers'
import { sendRequest } from '../send-request.ts'
import { startHost } from '../hosts/start-host.ts'
import { mountings } from '../hosts/mountings.ts'
import type { RequestDriver } from '../request-driver.ts'
import { callCustody, createCustodyHost, type CustodyReply } from './custody-host.ts'

/** A signing method in the model. */
interface Method {
  readonly id: string
  readonly type: string
  value: string
  remaining: number
}

/** A user in the model. */
interface Model {
  readonly methods: Method[]
  readonly wallets: { readonly id: string; readonly address: string }[]
}

/** A user of the custody API. */
interface Real {
  readonly ask: (
    method: string,
    path: string,
    json?: unknown,
    headers?: Record<string, string>,
  ) => Promise<CustodyReply>
  readonly userId: string
  readonly path: string
}

type Command = fc.AsyncCommand<Model, Real>

const toHeader = ({ id, value }: { id: string; value: string }) => ({ 'signing-method': `${id}:${value}` })
const pick = (methods: readonly Method[], number: number): Method => {
  const method = methods[number % methods.length]
  if (method === undefined) throw new Error('a user has a method')
  return method
}

/** Counts uses of locked methods, to prove that the model reaches that state. */
let lockedTries = 0

/** Uses a method in the model: returns the expected error and updates its remaining attempts. */
function expectedCode(method: Method, right: boolean): string | undefined {
  if (method.remaining === 0) {
    lockedTries++
    return 'signing-method.locked'
  }
  method.remaining = right ? 10 : method.remaining - 1
  return right ? undefined : 'signing-method.invalid'
}

const command = (name: string, run: Command['run'], check: Command['check'] = () => true): Command => ({
  check,
  run,
  toString: () => name,
})

/** Creates a wallet with the right or a wrong value of a method. */
async function makeWallet(model: Model, { ask, userId }: Real, by: number, right: boolean): Promise<void> {
  const method = pick(model.methods, by)
  const header = toHeader({ ...method, value: right ? method.value : '00000000' })
  const expected = expectedCode(method, right)
  const { result, codes } = await ask('POST', '/api/wallets', { secretType: 'ETHEREUM', userId }, header)
  expect(codes).toEqual(expected === undefined ? [] : [expected])
  if (expected === undefined) model.wallets.push({ id: result.id, address: result.address })
}

const createWallet = (by: number): Command =>
  command(`make a wallet by ${by}`, (model, real) => makeWallet(model, real, by, true))

const guess = (by: number, times: number): Command =>
  command(`guess ${by} ${times} times`, async (model, real) => {
    for (let time = 0; time < times; time++) await makeWallet(model, real, by, false)
  })

const sign = (by: number, index: number): Command =>
  command(
    `sign with ${index} by ${by}`,
    async (model, { ask }) => {
      const method = pick(model.methods, by)
      const wallet = model.wallets[index % model.wallets.length]
      const expected = expectedCode(method, true)
      const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: wallet?.id, data: 'm' }
      const { result, codes } = await ask('POST', '/api/signatures', { signatureRequest }, toHeader(method))
      expect(codes).toEqual(expected === undefined ? [] : [expected])
      if (expected === undefined) expect(verifyMessage('m', result.signature)).toBe(wallet?.address)
    },
    ({ wallets }) => wallets.length > 0,
  )

const add = (type: 'PIN' | 'EMERGENCY_CODE' | 'PASSWORD', value: string, by: number): Command =>
  command(`add ${type} by ${by}`, async (model, { ask, path }) => {
    const authority = pick(model.methods, by)
    const rejected = expectedCode(authority, true)
    const exists = type !== 'PASSWORD' && model.methods.some((method) => method.type === type)
    const { result, codes } = await ask(
      'POST',
      path,
      type === 'EMERGENCY_CODE' ? { type } : { type, value },
      toHeader(authority),
    )
    const expected = rejected ?? (exists ? 'signing-method.exists' : undefined)
    expect(codes).toEqual(expected === undefined ? [] : [expected])
    if (expected === undefined) model.methods.push({ id: result.id, type, value: result.value ?? value, remaining: 10 })
  })

const replace = (at: number, digits: string, by: number): Command =>
  command(`replace ${at} by ${by}`, async (model, { ask, path }) => {
    const [target, authority] = [pick(model.methods, at), pick(model.methods, by)]
    const value = target.type === 'PIN' ? digits : target.type === 'PASSWORD' ? `password ${digits}` : undefined
    const rejected = expectedCode(authority, true)
    const expected = rejected ?? (target === authority ? 'signing-method.different-method-required' : undefined)
    const { result, codes } = await ask('PUT', `${path}/${target.id}`, { value }, toHeader(authority))
    expect(codes).toEqual(expected === undefined ? [] : [expected])
    if (expected !== undefined) return
    target.value = result.value ?? value
    target.remaining = 10
  })

const remove = (at: number, by: number): Command =>
  command(`remove ${at} by ${by}`, async (model, { ask, path }) => {
    const [target, authority] = [pick(model.methods, at), pick(model.methods, by)]
    const rejected = expectedCode(authority, true)
    const undeletable = target.type === 'PIN' ? 'signing-method.pin-not-deletable' : undefined
    const expected = rejected ?? (target === authority ? 'signing-method.different-method-required' : undeletable)
    const { codes } = await ask('DELETE', `${path}/${target.id}`, undefined, toHeader(authority))
    expect(codes).toEqual(expected === undefined ? [] : [expected])
    if (expected === undefined) model.methods.splice(model.methods.indexOf(target), 1)
  })

const readUser = command('look', async (model, { ask, userId }) => {
  const { result } = await ask('GET', `/api/users/${userId}`)
  const shown = result.signingMethods.map((method: { id: string; remainingAttempts: number }) => [
    method.id,
    method.remainingAttempts,
  ])
  expect(new Map(shown)).toEqual(new Map(model.methods.map(({ id, remaining }) => [id, remaining])))
})

const number = fc.nat(9)
const digits = fc.stringMatching(/^[1-9][0-9]{3,7}$/)
const commands = fc.commands(
  [
    number.map(createWallet),
    fc.tuple(number, fc.integer({ min: 1, max: 12 })).map(([by, times]) => guess(by, times)),
    fc.tuple(number, number).map(([by, wallet]) => sign(by, wallet)),
    fc
      .tuple(fc.constantFrom('PIN', 'EMERGENCY_CODE', 'PASSWORD'), digits, number)
      .map(([type, value, by]) => add(type, type === 'PASSWORD' ? `password ${value}` : value, by)),
    fc.tuple(number, digits, number).map(([target, value, by]) => replace(target, value, by)),
    fc.tuple(number, number).map(([target, by]) => remove(target, by)),
    fc.constant(readUser),
  ],
  { maxCommands: 60, size: 'max' },
)

describe('random operations on the signing methods of a user', () => {
  it('match a model', async () => {
    const [mounting] = mountings
    if (mounting === undefined) throw new Error('there is no mounting')
    const { billfold, authorization } = await createCustodyHost()
    const host = await startHost(mounting, billfold.custody, {})
    const client: RequestDriver = { request: (method, path, sent) => sendRequest(host.port, method, path, sent) }
    const ask: Real['ask'] = (method, path, json, headers) =>
      callCustody(client, authorization, method, path, json, headers)
    try {
      await fc.assert(
        fc.asyncProperty(commands, async (sequence) => {
          const { result: user } = await ask('POST', '/api/users', { signingMethod: { type: 'PIN', value: '4711' } })
          const [pin] = user.signingMethods
          const model: Model = { methods: [{ id: pin.id, type: 'PIN', value: '4711', remaining: 10 }], wallets: [] }
          const real: Real = { ask, userId: user.id, path: `/api/users/${user.id}/signing-methods` }
          await fc.asyncModelRun(() => ({ model, real }), sequence)
        }),
        { numRuns: 30 },
      )
      expect(lockedTries).toBeGreaterThan(0)
    } finally {
      await host.close()
    }
  }, 300_000)
})
