import { expect, test } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import {
  callEndpoint,
  createPaymentsHost,
  getBalance,
  type PaymentsUser,
  registerUser,
} from '../payments/payments-client.ts'

/** Creates a user who pays under one idempotency key from two networks. */
async function phone() {
  const { billfold } = await createPaymentsHost(undefined, { payments: { maxPendingPayments: 10 } })
  const [home, street] = [inMemoryDriver(billfold.payments), inMemoryDriver(billfold.payments, { ip: '203.0.113.7' })]
  const [from, to] = [await registerUser(home), await registerUser(home)]
  const idempotencyKey = crypto.randomUUID()
  const pay = (over: typeof home, apikey: string | undefined, headers: Readonly<Record<string, string>> = {}) =>
    callEndpoint(
      over,
      'createsession',
      { apikey, sender_email: from.email, recv_email: to.email, recv_mobile: to.phone, amount: '0.10' },
      { 'idempotency-key': idempotencyKey, ...headers },
    )
  return { home, street, from, to, pay }
}

async function logInAgain(
  client: ReturnType<typeof inMemoryDriver>,
  { email, password }: PaymentsUser,
): Promise<string> {
  const { data } = await callEndpoint(client, '/api/auth/login/', { email, password, imei: 'new phone', appid: '1' })
  return data['api-key']
}

test('a retry from another network pays once', async () => {
  const { home, street, from, pay } = await phone()
  const first = await pay(home, from.apikey)
  expect(first.code).toBe('0')
  expect(await pay(street, from.apikey)).toEqual(first)
  expect(await getBalance(home, from)).toEqual({ balance: '0.15', held: '0.10' })
})

test('a retry after a new login pays once, with the api key in body or header', async () => {
  const { home, street, from, pay } = await phone()
  const first = await pay(home, from.apikey)
  const replaced = await logInAgain(street, from)
  expect(await pay(street, replaced)).toEqual(first)
  expect(await pay(street, undefined, { authorization: `Bearer ${replaced}` })).toEqual(first)
  expect(await getBalance(home, from)).toEqual({ balance: '0.15', held: '0.10' })
})

test('a revoked api key gets no stored reply and the same 401 as an unknown one', async () => {
  const { home, from, pay } = await phone()
  const lost = await logInAgain(home, from)
  await pay(home, lost)
  const { email, apikey, password: old_password } = from
  await callEndpoint(home, '/api/auth/changepass/', { email, apikey, password: 'another horse battery', old_password })
  expect((await pay(home, apikey)).code).toBe('0')
  const rejected = await pay(home, lost)
  expect(rejected.status).toBe(401)
  expect(rejected).toEqual(await pay(home, 'x'.repeat(43)))
})

test('an idempotency key is scoped to its user on the same network', async () => {
  const { home, from, to, pay } = await phone()
  await pay(home, from.apikey)
  const other = await pay(home, to.apikey)
  expect(other.status).not.toBe(422)
  expect(other.code).not.toBe('0')
})
