import { describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { callEndpoint, createPaymentsHost, getBalance, registerUser } from './payments-client.ts'

const day = 24 * 60 * 60 * 1000

async function setUp() {
  const clock = { now: Date.now() }
  const { billfold, serviceAuthorization } = await createPaymentsHost(undefined, {
    now: () => clock.now,
    payments: { maxPendingTransactions: 2 },
  })
  const client = inMemoryDriver(billfold.payments)
  const { email, apikey } = await registerUser(client)
  const create = (transaction_reference: string, more: object = {}) =>
    callEndpoint(client, 'create_transaction', {
      email,
      apikey,
      transaction_reference,
      transaction_type: 'DEPOSIT',
      amount: '0.10',
      currency: 'USD',
      payment_gateway: 'bank',
      ...more,
    })
  const end = (transaction_reference: string, status: string) =>
    callEndpoint(
      client,
      'update_transaction',
      { email, transaction_reference, status, amount: '0.10' },
      { authorization: serviceAuthorization },
    )
  const statuses = async (): Promise<readonly string[]> => {
    const { data } = await callEndpoint(client, 'transactions', { apikey })
    return data.map(({ kind, status }: { kind: string; status: string }) => `${kind} ${status}`)
  }
  return { billfold, clock, client, person: { email, apikey }, create, end, statuses }
}

describe('a deposit that no gateway reports', () => {
  it('expires by maintain() after a day and makes room for others; a withdrawal stays on hold', async () => {
    const { billfold, clock, create, statuses } = await setUp()
    expect((await create('d1')).code).toBe('0')
    expect((await create('w1', { transaction_type: 'WITHDRAWAL' })).code).toBe('0')
    expect((await create('d2')).status).toBe(409)
    clock.now += day - 1
    await billfold.maintain()
    expect((await create('d2')).status).toBe(409)
    clock.now += 1
    await Promise.all([billfold.maintain(), billfold.maintain()])
    expect(await statuses()).toEqual(['withdrawal Pending', 'deposit Expired', 'grant Success'])
    expect((await create('d2')).code).toBe('0')
    expect((await create('d3')).status).toBe(409)
    expect((await billfold.payments.checkConsistency()).findings).toEqual([])
  })

  it('is still credited, once, if its money arrives after it expired', async () => {
    const { billfold, clock, client, person, create, end, statuses } = await setUp()
    await create('late')
    clock.now += day
    await billfold.maintain()
    for (const { code } of await Promise.all([end('late', 'SUCCESS'), end('late', 'SUCCESS')])) expect(code).toBe('0')
    expect((await end('late', 'FAILED')).code).toBe('1')
    const balance = await getBalance(client, { ...person, phone: '', password: '' })
    expect(balance).toEqual({ balance: '0.35', held: '0.00' })
    expect(await statuses()).toEqual(['deposit Success', 'grant Success'])
    expect((await billfold.payments.checkConsistency()).findings).toEqual([])
  })
})
