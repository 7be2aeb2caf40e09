import { createBillfold, memoryStorage, silentLogger } from '@billfold/core'
import { type PolicyInput, risk } from '@billfold/risk'
import { beforeEach, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import {
  callEndpoint,
  createPayment,
  createPaymentsHost,
  creditUser,
  getBalance,
  type PaymentsReply,
  type PaymentsUser,
  registerUser,
  testKeyring,
} from '../payments/payments-client.ts'
import type { RequestDriver } from '../request-driver.ts'

const hour = 3_600_000
const deny = { decision: 'deny' } as const

let clock: number
let client: RequestDriver
let victim: PaymentsUser
let thief: PaymentsUser
let fail: (reference: string) => Promise<PaymentsReply>
let addRule: (rule: Pick<PolicyInput, 'when' | 'then'> & Partial<PolicyInput>) => Promise<unknown>

beforeEach(async () => {
  clock = 0
  const storage = memoryStorage()
  const keyring = testKeyring()
  const now = (): number => Date.now() + clock
  const modules = [risk()]
  const host = await createPaymentsHost(storage, { keyring, now, modules, payments: { maxPendingPayments: 1000 } })
  const { risk: rules } = createBillfold({ storage, keyring, now, logger: silentLogger, modules: [risk()] })
  addRule = (rule) => rules.policies.add({ name: 'rule', subject: { kind: 'tenant' }, ...rule })
  client = inMemoryDriver(host.billfold.payments)
  victim = await registerUser(client)
  thief = await registerUser(client)
  const headers = { authorization: host.serviceAuthorization }
  fail = (reference) => {
    const end = { email: victim.email, transaction_reference: reference, amount: '1', status: 'FAILED' }
    return callEndpoint(client, 'update_transaction', end, headers)
  }
  await creditUser(client, host.serviceAuthorization, victim, '100', 'salary')
})

const pay = (amount: string, to = thief, more: object = {}) => createPayment(client, victim, to, amount, more)
const withdraw = (amount: string, reference: string, more: object = {}): Promise<PaymentsReply> =>
  callEndpoint(client, 'create_transaction', {
    apikey: victim.apikey,
    email: victim.email,
    amount,
    currency: 'USD',
    transaction_reference: reference,
    transaction_type: 'WITHDRAWAL',
    payment_gateway: 'bank',
    funding_method: 'iban',
    ...more,
  })

/** What has left the victim's balance, in minor units: held or gone. */
async function spent(): Promise<number> {
  const { balance } = await getBalance(client, victim)
  return Math.round(10_025 - Number(balance) * 100)
}

describe('who has stolen an API key', () => {
  it('spends no more than a day allows, by payments, withdrawals, splits, and both at once', async () => {
    await addRule({ when: { amount: { asset: 'USD', above: '500', window: { seconds: 86_400 } } }, then: deny })
    expect((await pay('5.01')).status).toBe(403)
    expect((await withdraw('5.01', 'w')).status).toBe(403)
    const attempts = Array.from({ length: 30 }, (_, number) =>
      number % 2 === 0 ? pay('0.40') : withdraw('0.40', `split-${number}`),
    )
    await Promise.all(attempts)
    expect(await spent()).toBeLessThanOrEqual(500)
    expect(await spent()).toBeGreaterThan(0)
    clock += 23 * hour
    await Promise.all(Array.from({ length: 10 }, () => pay('0.40')))
    expect(await spent()).toBeLessThanOrEqual(500)
  })

  it('counts money that was held and given back, so that a withdrawal that failed buys no other try', async () => {
    await addRule({ when: { count: { above: 2, window: { seconds: 86_400 } } }, then: deny })
    const references = ['one', 'two']
    for (const reference of references) expect((await withdraw('1', reference)).code).toBe('0')
    for (const reference of references) expect((await fail(reference)).code).toBe('0')
    expect(await spent()).toBe(0)
    expect((await withdraw('1', 'three')).status).toBe(403)
    expect((await pay('1')).status).toBe(403)
  })

  it('pays nobody whom the victim has not paid before, under any name of the recipient', async () => {
    await addRule({
      acts: ['payment'],
      when: { destinationFirstSeenWithin: { seconds: 86_400 } },
      then: deny,
    })
    const receivers: readonly object[] = [
      {},
      { recv_email: thief.email.toUpperCase() },
      { recv_email: '', recv_mobile: thief.phone },
      { recv_mobile: thief.phone.replace('+', '00') },
      { recv_email: ` ${thief.email} ` },
    ]
    for (const more of receivers) expect([more, (await pay('1', thief, more)).code]).toEqual([more, '1'])
    expect(await spent()).toBe(0)
  })

  it('gets no second payment from a used Idempotency-Key, and no other amount', async () => {
    await addRule({ when: { count: { above: 1, window: { seconds: 86_400 } } }, then: deny })
    const headers = { 'idempotency-key': 'the-key-of-the-thief-1' }
    const body = {
      apikey: victim.apikey,
      sender_email: victim.email,
      recv_email: thief.email,
      recv_mobile: thief.phone,
    }
    const first = await callEndpoint(client, 'createsession', { ...body, amount: '1' }, headers)
    expect(first.code).toBe('0')
    expect(await callEndpoint(client, 'createsession', { ...body, amount: '1' }, headers)).toEqual(first)
    expect((await callEndpoint(client, 'createsession', { ...body, amount: '2' }, headers)).code).toBe('1')
    expect((await pay('1')).status).toBe(403)
    expect(await spent()).toBe(100)
  })

  it('changes nothing by a login on a new device, whose key is under the same rules', async () => {
    await addRule({ when: { amount: { asset: 'USD', above: '100', window: { seconds: 86_400 } } }, then: deny })
    expect((await pay('1')).code).toBe('0')
    const { data } = await callEndpoint(client, '/api/auth/login/', {
      email: victim.email,
      password: victim.password,
      appid: '9',
      imei: 'a device of the thief',
    })
    victim = { ...victim, apikey: data['api-key'] }
    expect((await pay('0.01')).status).toBe(403)
    expect((await withdraw('0.01', 'again')).status).toBe(403)
  })
})
