import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createMountableApi, type IncomingRequest, type MountableApi } from '../../http/index.ts'
import { memoryStorage } from '../../kernel/storage/index.ts'
import { memoryRateLimiter } from '../../platform/rate-limits/index.ts'
import { type CountingStorage, countingStorage, type StorageCalls } from '../../test-fixtures/counting-storage.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { resolvePaymentSettings } from '../settings.ts'
import { paymentsHttpApi } from './index.ts'

const tenant = 'default'
const replyFormat = z.object({ message: z.string(), response_code: z.string(), data: z.unknown() })

interface TestUser {
  readonly email: string
  readonly phone: string
  readonly apikey: string
}

interface Call {
  readonly body?: object
  readonly headers?: IncomingRequest['headers']
}

let counting: CountingStorage
let api: MountableApi
let registered = 0

async function call(operation: string, { body, headers = {} }: Call) {
  const route = api.routes.find(({ id }) => id === operation)
  if (route === undefined) throw new Error(`Unknown operation: ${operation}`)
  const reply = await api.handle(route, {
    method: route.method,
    path: route.path,
    mount: '',
    params: {},
    query: '',
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ip: '192.0.2.1',
    body: body === undefined ? { kind: 'none' } : { kind: 'parsed', value: body },
    signal: new AbortController().signal,
  })
  return { status: reply.status, ...replyFormat.parse(JSON.parse(typeof reply.body === 'string' ? reply.body : '')) }
}

/** Calls an operation that succeeds, and returns how often it used the storage. */
async function countCalls(operation: string, body: object): Promise<StorageCalls> {
  return counting.count(async () => {
    expect(await call(operation, { body })).toMatchObject({ status: 200, response_code: '0' })
  })
}

async function createUser(name: string): Promise<TestUser> {
  const [email, password, phone] = [`${name}@example.org`, `correct horse ${name}`, `+1${5_550_000 + ++registered}`]
  const names = { username: name, first_name: 'A', last_name: 'B', dob: '1990-01-01' }
  await call('register', { body: { email, password, phone_number: phone, ...names } })
  const { data } = await call('login', { body: { email, password, imei: name, appid: '1' } })
  const login = z.object({ 'api-key': z.string() }).parse(data)
  return { email, phone, apikey: login['api-key'] }
}

async function createUserWithWallet(name: string): Promise<TestUser> {
  const user = await createUser(name)
  await call('createWallet', { body: { apikey: user.apikey, email: user.email, imei: name } })
  return user
}

async function createPayment(from: TestUser, to: TestUser): Promise<string> {
  const body = { apikey: from.apikey, sender_email: from.email, recv_email: to.email, amount: '0.10' }
  const { data } = await call('createSession', { body })
  return z.object({ sessionid: z.string() }).parse(data).sessionid
}

function confirmation(leg: 'A' | 'B', by: TestUser, from: TestUser, to: TestUser, session: string): object {
  return { apikey: by.apikey, amount: '0.10', from_phone: from.phone, payment_leg: leg, session, to_mobile: to.phone }
}

beforeAll(() => {
  counting = countingStorage(memoryStorage())
  const services = { ...testServices(counting.storage), rateLimiter: memoryRateLimiter() }
  const settings = resolvePaymentSettings({
    maxPendingPayments: 10,
    openingGrant: '100',
    contactVerification: 'host',
  })
  const payments = { services, settings }
  const http = paymentsHttpApi(payments, tenant, { dataFormat: 'object' })
  api = createMountableApi(http, { logger: services.logger, rateLimiter: services.rateLimiter })
})

describe('a request to the payments API', () => {
  let from: TestUser
  let to: TestUser

  beforeAll(async () => {
    from = await createUserWithWallet('ada')
    to = await createUserWithWallet('grace')
  })

  test('confirming both legs of a first payment takes 5 reads and 1 commit each', async () => {
    const receiver = await createUserWithWallet('charles')
    const session = await createPayment(from, receiver)
    const limits = { reads: 5, commits: 1 }
    expect(await countCalls('confirmPayment', confirmation('B', from, from, receiver, session))).toEqual(limits)
    expect(await countCalls('confirmPayment', confirmation('A', receiver, from, receiver, session))).toEqual(limits)
  })

  test('confirming a payment to a known receiver takes 5 reads and 1 commit', async () => {
    const first = await createPayment(from, to)
    await call('confirmPayment', { body: confirmation('B', from, from, to, first) })
    await call('confirmPayment', { body: confirmation('A', to, from, to, first) })
    const session = await createPayment(from, to)
    expect(await countCalls('confirmPayment', confirmation('B', from, from, to, session))).toEqual({
      reads: 5,
      commits: 1,
    })
  })

  test('confirming a payment to a receiver without a wallet takes a second attempt: 10 reads and 2 commits', async () => {
    const receiver = await createUser('barbara')
    const session = await createPayment(from, receiver)
    await call('confirmPayment', { body: confirmation('B', from, from, receiver, session) })
    expect(await countCalls('confirmPayment', confirmation('A', receiver, from, receiver, session))).toEqual({
      reads: 10,
      commits: 2,
    })
  })

  test('creating a payment takes 8 reads and 1 commit', async () => {
    const body = { apikey: from.apikey, sender_email: from.email, recv_email: to.email, amount: '0.10' }
    expect(await countCalls('createSession', body)).toEqual({ reads: 8, commits: 1 })
  })

  test.each(['header', 'body'])(
    'makes 3 round trips to create a payment and 3 to confirm it, with the key in the %s',
    async (place) => {
      const { apikey, ...sender } = from
      const receiver = await createUserWithWallet(`receiver-${place}`)
      const first = await createPayment(from, receiver)
      await call('confirmPayment', { body: confirmation('B', from, from, receiver, first) })
      await call('confirmPayment', { body: confirmation('A', receiver, from, receiver, first) })
      const inBody = place === 'body' ? { apikey } : {}
      const headers = place === 'header' ? { authorization: apikey } : {}
      const reference = { transaction_reference: `by-${place}` }
      const body = { ...inBody, ...reference, sender_email: sender.email, recv_email: receiver.email, amount: '0.10' }
      let session = ''
      const creating = await counting.countRoundTrips(async () => {
        const { data } = await call('createSession', { body, headers })
        session = z.object({ sessionid: z.string() }).parse(data).sessionid
      })
      const { apikey: _, ...confirming } = { apikey, ...confirmation('B', from, from, receiver, session) }
      const trips = await counting.countRoundTrips(async () => {
        const confirmed = await call('confirmPayment', { body: { ...inBody, ...confirming }, headers })
        expect(confirmed).toMatchObject({ response_code: '0', data: { status: '1' } })
      })
      expect({ creating, confirming: trips }).toEqual({ creating: 3, confirming: 3 })
    },
  )

  // The last read is that of the balances: a gateway may have credited the user before.
  test('creating a wallet takes 8 reads and 1 commit', async () => {
    const { apikey, email } = await createUser('dorothy')
    expect(await countCalls('createWallet', { apikey, email, imei: 'c' })).toEqual({ reads: 8, commits: 1 })
  })

  test('makes 5 round trips to create a wallet, and 2 to get one', async () => {
    const { apikey, email } = await createUser('edith')
    const create = (): Promise<unknown> => call('createWallet', { body: { apikey, email, imei: 'e' } })
    const get = (): Promise<unknown> => call('getWalletInformation', { body: { apikey, email } })
    expect(await counting.countRoundTrips(create)).toBe(5)
    expect(await counting.countRoundTrips(get)).toBe(2)
  })

  test('creating a withdrawal takes 5 reads and 1 commit', async () => {
    const body = {
      apikey: from.apikey,
      email: from.email,
      transaction_reference: 'w1',
      transaction_type: 'WITHDRAWAL',
      amount: '0.10',
      currency: 'USD',
      payment_gateway: 'bank',
    }
    expect(await countCalls('createTransaction', body)).toEqual({ reads: 5, commits: 1 })
  })

  test('getting a wallet takes 7 reads', async () => {
    const { apikey, email } = from
    expect(await countCalls('getWalletInformation', { apikey, email })).toEqual({ reads: 7, commits: 0 })
  })
})
