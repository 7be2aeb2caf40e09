import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  createPaymentsHost,
  creditUser,
  getBalance,
  type PaymentsHost,
  type PaymentsUser,
  registration,
} from './payments-client.ts'
import { type ClockedHost, startTwoPaymentsHosts } from './two-hosts.ts'

const external = { message: 'User is external to Lokdon network', code: '1' }

interface JoinedUser extends PaymentsUser {
  readonly id: string
  readonly imei: string
}

async function setUp(payments: object = {}) {
  const host = await createPaymentsHost(undefined, { payments: { contactVerification: 'code', ...payments } })
  const client = inMemoryDriver(host.billfold.payments)
  /** Registers, as a vendor's client does, and logs in. The contacts can be somebody else's. */
  const join = async (contacts: object = {}): Promise<JoinedUser> => {
    const form = { ...registration(), ...contacts }
    expect((await callEndpoint(client, 'register', form)).code).toBe('0')
    const { data } = await callEndpoint(client, '/api/auth/login/', { ...form, appid: '1' })
    const { email, phone_number: phone, password, imei } = form
    await callEndpoint(client, 'createwallet', { email, apikey: data['api-key'], imei })
    const user = await host.billfold.users.find({ kind: 'username', value: form.username })
    return { id: user?.id ?? '', email, phone, password, apikey: data['api-key'], imei }
  }
  const credit = (person: PaymentsUser, reference = `c-${person.apikey}`) =>
    creditUser(client, host.serviceAuthorization, person, '10', reference)
  return { host, client, join, credit }
}

/** The codes that were sent to a user, by kind of contact, newest last. */
async function codesOf({ billfold, messages }: PaymentsHost, { id, password }: JoinedUser) {
  await billfold.deliver()
  expect(JSON.stringify(messages)).not.toContain(password)
  const own = messages.filter(({ topic, payload }) => topic === 'users.contact-code' && payload['userId'] === id)
  const find = (kind: string) => String(own.findLast(({ payload }) => payload[kind] !== undefined)?.payload['code'])
  return { email: find('email'), phone: find('phone') }
}

type Client = Awaited<ReturnType<typeof setUp>>['client']

async function verifyBoth(
  client: Client,
  { email, phone, apikey }: PaymentsUser,
  codes: { email: string; phone: string },
) {
  for (const contact of [
    { email, code: codes.email },
    { phone_number: phone, code: codes.phone },
  ])
    expect(await callEndpoint(client, 'verifycontact', { apikey, ...contact })).toMatchObject({ code: '0' })
}

describe("somebody else's email and phone number", () => {
  it('earn their claimant nothing, and do not keep the owner out', async () => {
    const { host, client, join, credit } = await setUp()
    const payer = await join()
    await host.billfold.users.contactVerified(payer.id, { kind: 'email', value: payer.email })
    expect((await credit(payer)).code).toBe('0')
    const { email, phone_number } = registration()
    const thief = await join({ email, phone_number })
    expect(await createPayment(client, payer, thief, '1')).toMatchObject(external)
    expect((await credit(thief)).message).toBe('User Not Found')
    const owner = await join({ email, phone_number })
    expect(owner.id).not.toBe(thief.id)
    await verifyBoth(client, owner, await codesOf(host, owner))
    const created = await createPayment(client, payer, owner, '1')
    expect(created.data.profile).toBe('0')
    const payment = { from: payer, to: owner, amount: '1', session: created.data.sessionid as string }
    expect((await confirmPayment(client, 'A', { ...payment, to: thief })).code).toBe('1')
    expect((await confirmPayment(client, 'A', payment)).code).toBe('0')
    expect((await confirmPayment(client, 'B', payment)).data.status).toBe('1')
    expect(await getBalance(client, owner)).toEqual({ balance: '1.00', held: '0.00' })
    expect(await getBalance(client, thief)).toEqual({ balance: '0.00', held: '0.00' })
    expect((await credit(owner)).code).toBe('0')
    expect((await getBalance(client, owner)).balance).toBe('11.00')
    const codes = await codesOf(host, thief)
    const late = await callEndpoint(client, 'verifycontact', { apikey: thief.apikey, email, code: codes.email })
    expect(late.status).toBe(409)
    expect((await callEndpoint(client, 'register', { ...registration(), email })).message).toBe('User already exists')
    expect((await callEndpoint(client, 'register', { ...registration(), phone_number })).message).toBe(
      'User already exists',
    )
  })

  it('lead a login to the user whose password it has, until they are verified, then to the owner alone', async () => {
    const { host, client, join } = await setUp()
    const { email, phone_number } = registration()
    const thieves = [await join({ email, phone_number }), await join({ email, phone_number })]
    const owner = await join({ email, phone_number })
    const logIn = async (person: { password: string; imei: string }) =>
      callEndpoint(client, '/api/auth/login/', { email, password: person.password, imei: person.imei, appid: '1' })
    for (const person of [...thieves, owner]) expect((await logIn(person)).code).toBe('0')
    expect((await logIn({ password: 'nobody has this', imei: '1' })).status).toBe(401)
    await host.billfold.users.contactVerified(owner.id, { kind: 'email', value: email })
    expect((await logIn(owner)).code).toBe('0')
    for (const thief of thieves) expect((await logIn(thief)).status).toBe(401)
  })

  it('do not displace a user from a device, however many claim them, nor from the username', async () => {
    const { client, join } = await setUp()
    const { email } = registration()
    for (let count = 0; count < 6; count++) await join({ email, username: `early${count}${email.slice(4, 14)}` })
    const form = { ...registration(), email }
    await callEndpoint(client, 'register', form)
    const { username, password, imei } = form
    const logIn = (name: string) =>
      callEndpoint(client, '/api/auth/login/', { email: name, password, imei, appid: '1' })
    expect((await logIn(email)).status).toBe(401)
    expect((await logIn(username)).code).toBe('0')
    expect((await logIn(email)).code).toBe('0')
  })

  it('do not make the deposit of their owner, or of anybody else, the deposit of the claimant', async () => {
    const { host, client, join } = await setUp()
    const { email, phone_number } = registration()
    const [thief, owner] = [await join({ email, phone_number }), await join({ email, phone_number })]
    const deposit = { transaction_reference: 'r', transaction_type: 'DEPOSIT', amount: '5', currency: 'USD' }
    for (const { apikey } of [thief, owner])
      await callEndpoint(client, 'create_transaction', { ...deposit, email, apikey, payment_gateway: 'g' })
    const end = () =>
      callEndpoint(
        client,
        'update_transaction',
        { email, transaction_reference: 'r', amount: '5', status: 'SUCCESS' },
        { authorization: host.serviceAuthorization },
      )
    expect((await end()).message).toBe('Transaction Not Found')
    await host.billfold.users.contactVerified(owner.id, { kind: 'email', value: email })
    expect((await end()).code).toBe('0')
    expect((await getBalance(client, owner)).balance).toBe('5.00')
    expect((await getBalance(client, thief)).balance).toBe('0.00')
  })

  it('give the claimant no licence', async () => {
    const { host, client, join } = await setUp()
    const thief = await join()
    const headers = { authorization: host.serviceAuthorization }
    expect((await callEndpoint(client, 'check_license', { email: thief.email }, headers)).message).toBe(
      'User Not Found',
    )
  })
})

describe('a verification', () => {
  it('claims the payments that the user was invited to, once both contacts are verified', async () => {
    const { host, client, join, credit } = await setUp({ externalReceivers: 'invite' })
    const payer = await join()
    await host.billfold.users.contactVerified(payer.id, { kind: 'email', value: payer.email })
    await credit(payer)
    const form = registration()
    const thief = await join({ email: form.email, phone_number: form.phone_number })
    const guest = { ...form, phone: form.phone_number, apikey: '' }
    const { data } = await createPayment(client, payer, guest, '2')
    expect(data.profile).toBe('1')
    await expect(host.billfold.payments.claimInvitations(thief.id)).rejects.toMatchObject({
      code: 'contact.unverified',
    })
    const joined = await join({ email: form.email, phone_number: form.phone_number })
    await verifyBoth(client, joined, await codesOf(host, joined))
    const payment = { from: payer, to: joined, amount: '2', session: data.sessionid as string }
    expect((await confirmPayment(client, 'A', payment)).code).toBe('0')
  })

  it('is needed for the opening grant, which createwallet pays afterwards, once', async () => {
    const { host, client, join } = await setUp({ openingGrant: '0.25' })
    const person = await join()
    expect((await getBalance(client, person)).balance).toBe('0.00')
    await verifyBoth(client, person, await codesOf(host, person))
    const again = () => callEndpoint(client, 'createwallet', person)
    for (const reply of await Promise.all([again(), again(), again()])) expect(reply.data.balance).toBe('0.25')
    expect((await again()).data.balance).toBe('0.25')
    expect((await host.billfold.payments.checkConsistency()).findings).toEqual([])
  })

  it('is by a code of the own account, and sends a new one on request', async () => {
    const { host, client, join } = await setUp()
    const person = await join()
    const { email, apikey } = person
    const verify = (more: object) => callEndpoint(client, 'verifycontact', { apikey, email, ...more })
    expect((await verify({ code: '' })).status).toBe(400)
    expect((await callEndpoint(client, 'verifycontact', { apikey, code: '1' })).status).toBe(400)
    expect((await verify({ code: 'WRONG' })).status).toBe(403)
    expect((await verify({ email: 'other@example.org', code: 'WRONG' })).status).toBe(403)
    expect((await callEndpoint(client, 'sendcode', { email })).status).toBe(401)
    expect((await callEndpoint(client, 'sendcode', { apikey, email: 'other@example.org' })).status).toBe(403)
    const { email: first } = await codesOf(host, person)
    expect((await callEndpoint(client, 'sendcode', { apikey, email })).code).toBe('0')
    expect((await verify({ code: first })).status).toBe(403)
    const { email: code } = await codesOf(host, person)
    expect((await verify({ code })).code).toBe('0')
    expect((await verify({ code: 'again' })).code).toBe('0')
  })
})

describe('the defaults', () => {
  it('pay no opening grant, and let a claimed email receive nothing', async () => {
    const { client, join } = await setUp({ openingGrant: undefined, contactVerification: undefined })
    const [from, to] = [await join(), await join()]
    expect(await getBalance(client, from)).toEqual({ balance: '0.00', held: '0.00' })
    expect(await createPayment(client, from, to, '1')).toMatchObject(external)
  })
})

describe.each(await listTestDatabases())(
  'a contact that two verify at once, on $name',
  { timeout: 180_000 },
  (database) => {
    let hosts: readonly [ClockedHost, ClockedHost]
    let drop: () => Promise<void>
    beforeAll(async () => {
      ;({ hosts, drop } = await startTwoPaymentsHosts(database, { contactVerification: 'code' }))
    })
    afterAll(() => drop())

    it('belongs to one of them', async () => {
      for (let round = 0; round < 5; round++) {
        const { email, phone_number } = registration()
        const claim = async (host: ClockedHost) => {
          const form = { ...registration(), email, phone_number }
          await callEndpoint(host, 'register', form)
          return (await host.billfold.users.find({ kind: 'username', value: form.username }))?.id ?? ''
        }
        const ids = [await claim(hosts[0]), await claim(hosts[1])] as const
        const outcomes = await Promise.allSettled(
          ids.map((userId, index) =>
            hosts[index === 0 ? 0 : 1].billfold.users.contactVerified(userId, { kind: 'email', value: email }),
          ),
        )
        const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
        const loser = outcomes[1 - winner]
        expect(loser?.status === 'rejected' && loser.reason).toMatchObject({ code: 'contact.taken' })
        for (const { billfold } of hosts)
          expect(await billfold.users.find({ kind: 'email', value: email })).toEqual({
            id: ids[winner === 0 ? 0 : 1],
            verifiedBy: 'host',
          })
      }
    })

    it('has a new code sent by each of several requests at once', async () => {
      const form = registration()
      expect((await callEndpoint(hosts[0], 'register', form)).code).toBe('0')
      const { data } = await callEndpoint(hosts[0], '/api/auth/login/', { ...form, appid: '1' })
      const contact = { apikey: data['api-key'], email: form.email }
      for (let round = 0; round < 2; round++) {
        const requests = [...hosts, ...hosts].map((host) => callEndpoint(host, 'sendcode', contact))
        const replies = await Promise.all(requests)
        expect(replies.map(({ status, message }) => [status, message])).toEqual(replies.map(() => [200, 'Code Sent']))
      }
    })
  },
)
