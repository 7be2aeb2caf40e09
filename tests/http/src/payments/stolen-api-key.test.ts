import { describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import {
  callEndpoint,
  createPayment,
  createPaymentsHost,
  creditUser,
  getBalance,
  type PaymentsUser,
  registerUser,
} from './payments-client.ts'

const minute = 60_000

async function setUp() {
  const clock = { now: Date.now() }
  const { billfold, serviceAuthorization } = await createPaymentsHost(undefined, {
    now: () => clock.now,
    payments: { requirePin: true, maxPendingPayments: 100 },
  })
  const client = inMemoryDriver(billfold.payments)
  const rich = async (): Promise<PaymentsUser> => {
    const person = await registerUser(client)
    await creditUser(client, serviceAuthorization, person, '10', `rich-${person.email}`)
    return person
  }
  return { billfold, clock, client, rich, thief: await registerUser(client) }
}

/** Fields that fit every route: all that a thief knows, and whatever a route may want. */
function guesses({ email, phone, apikey }: PaymentsUser, thief: PaymentsUser, index: number) {
  return {
    apikey,
    email,
    phone_number: phone,
    sender_email: email,
    recv_email: thief.email,
    recv_mobile: thief.phone,
    amount: '1.00',
    currency: 'USD',
    transaction_reference: `stolen-${index}`,
    transaction_type: 'WITHDRAWAL',
    payment_gateway: 'bank',
    funding_method: 'iban',
    from_phone: phone,
    to_mobile: thief.phone,
    payment_leg: 'B',
    session: 'unknown',
    imei: 'thief',
    status: 'SUCCESS',
  }
}

describe('a stolen API key, where the PIN is required', () => {
  it('takes nothing out of the account through any route, with no PIN and with a wrong one', async () => {
    const { billfold, client, rich, thief } = await setUp()
    const victim = await rich()
    await callEndpoint(client, 'setpin', { email: victim.email, apikey: victim.apikey, mpin: '7765' })
    const before = await getBalance(client, victim)
    // Every route of the table, so that a further one cannot be forgotten.
    const posts = billfold.payments.routes.filter(({ method }) => method === 'POST')
    expect(posts.length).toBeGreaterThan(20)
    for (const [index, { path }] of posts.entries())
      for (const more of [{}, { mpin: '1234' }, { transaction_type: 'DEPOSIT' }])
        await callEndpoint(client, path, { ...guesses(victim, thief, index), ...more })
    expect(await getBalance(client, victim)).toEqual(before)
    expect(
      (await callEndpoint(client, 'create_transaction', { ...guesses(victim, thief, 99), mpin: '7765' })).code,
    ).toBe('0')
    expect((await createPayment(client, victim, thief, '1', { mpin: '7765' })).code).toBe('0')
    expect(await getBalance(client, victim)).toEqual({ balance: '8.25', held: '2.00' })
  })

  it('sets no first PIN once the login is a quarter of an hour old, unless the password is given', async () => {
    const { clock, client, rich, thief } = await setUp()
    const victim = await rich()
    clock.now += 15 * minute + 1
    const { email, apikey, password } = victim
    const set = (more: object = {}) => callEndpoint(client, 'setpin', { email, apikey, mpin: '7765', ...more })
    expect((await set()).status).toBe(403)
    expect((await set({ old_mpin: '7765' })).status).toBe(403)
    expect((await set({ password: 'wrong password' })).status).toBe(403)
    expect((await createPayment(client, victim, thief, '1', { mpin: '7765' })).status).toBe(403)
    expect((await set({ password })).code).toBe('0')
    expect((await createPayment(client, victim, thief, '1', { mpin: '7765' })).code).toBe('0')
  })
})
