import { listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  creditUser,
  getBalance,
  type PaymentsReply,
  type PaymentsUser,
  registerUser,
  registration,
} from './payments-client.ts'
import { type ClockedHost, startTwoPaymentsHosts } from './two-hosts.ts'

const day = 24 * 60 * 60 * 1000

describe.each(await listTestDatabases())(
  'concurrent payments over two hosts on one $name',
  { timeout: 180_000 },
  (database) => {
    let hosts: readonly [ClockedHost, ClockedHost]
    let drop: () => Promise<void>
    beforeAll(async () => {
      ;({ hosts, drop } = await startTwoPaymentsHosts(database))
    })
    afterAll(async () => {
      const { findings } = await hosts[0].billfold.payments.checkConsistency()
      await drop()
      expect(findings).toEqual([])
    })

    /** Makes the same call concurrently, alternating between the hosts. */
    const concurrency = (
      count: number,
      call: (host: ClockedHost, index: number) => Promise<PaymentsReply>,
    ): Promise<PaymentsReply[]> =>
      Promise.all(Array.from({ length: count }, (_, index) => call(hosts[index % 2 === 0 ? 0 : 1], index)))

    const rich = async (amount: string): Promise<PaymentsUser> => {
      const person = await registerUser(hosts[0])
      await creditUser(hosts[0], hosts[0].serviceAuthorization, person, amount, `rich-${person.email}`)
      return person
    }

    it('complete or expire a payment confirmed in its last millisecond', async () => {
      const outcomes: string[] = []
      for (let round = 0; round < 4; round++) {
        const [from, to] = [await rich('10'), await registerUser(hosts[1])]
        const session: string = (await createPayment(hosts[0], from, to, '7')).data.sessionid
        const payment = { from, to, amount: '7', session }
        await confirmPayment(hosts[1], 'A', payment)
        const created = hosts[0].clock.now
        hosts[0].clock.now = created + day - 1
        hosts[1].clock.now = created + day
        const [confirmed] = await Promise.all([
          confirmPayment(hosts[0], 'B', payment),
          round % 2 === 0 ? hosts[1].billfold.payments.expirePayments() : getBalance(hosts[1], to),
        ])
        const [sender, receiver] = [await getBalance(hosts[0], from), await getBalance(hosts[0], to)]
        const completed = confirmed.data?.status === '1'
        expect(sender).toEqual({ balance: completed ? '3.25' : '10.25', held: '0.00' })
        expect(receiver).toEqual({ balance: completed ? '7.25' : '0.25', held: '0.00' })
        outcomes.push(completed ? 'completed' : 'expired')
        for (const host of hosts) host.clock.now = created
      }
      expect(outcomes).toHaveLength(4)
    })

    it('leave no notification to a user erased meanwhile', async () => {
      for (let round = 0; round < 6; round++) {
        const [from, to] = [await rich('9'), await registerUser(hosts[1])]
        const { billfold } = hosts[round % 2 === 0 ? 0 : 1]
        const found = await billfold.users.find({ kind: 'email', value: to.email })
        const session: string = (await createPayment(hosts[0], from, to, '2')).data.sessionid
        await Promise.all([
          confirmPayment(hosts[0], 'B', { from, to, amount: '2', session }),
          confirmPayment(hosts[1], 'A', { from, to, amount: '2', session }),
          billfold.users.erase(found?.id ?? ''),
          getBalance(hosts[0], from),
        ])
        for (const { messages } of hosts) messages.length = 0
        await Promise.all(hosts.map((host) => host.billfold.deliver()))
        const notifications = hosts.flatMap(({ messages }) => messages.map(({ payload }) => payload))
        expect(notifications.filter(({ email }) => email === from.email).length).toBeGreaterThan(0)
        expect(notifications.filter(({ email, phone }) => email === to.email || phone === to.phone)).toEqual([])
      }
    })

    it('release an expired payment once and notify both parties', async () => {
      const [from, to] = [await rich('5'), await registerUser(hosts[0])]
      const session: string = (await createPayment(hosts[0], from, to, '5')).data.sessionid
      for (const host of hosts) host.clock.now += day
      await Promise.all([
        ...hosts.map((host) => host.billfold.payments.expirePayments()),
        ...hosts.map((host) => getBalance(host, from)),
        ...hosts.map((host) => getBalance(host, to)),
      ])
      expect(await getBalance(hosts[0], from)).toEqual({ balance: '5.25', held: '0.00' })
      await hosts[0].billfold.deliver()
      for (const host of hosts) host.clock.now -= day
      const notifications = hosts[0].messages.filter(
        ({ topic, payload }) => topic === 'payments.expired' && payload['payment'] === session,
      )
      expect(new Set(notifications.map(({ payload }) => payload['role']))).toEqual(new Set(['receiver', 'sender']))
      expect(notifications).toHaveLength(2)
    })

    it('lock a password once and notify its user once, after forty concurrent guesses', async () => {
      const { email, password, apikey } = await registerUser(hosts[0])
      const logIn = (host: ClockedHost, typed: string, authorization?: string) => {
        const form = { email, password: typed, imei: 'other', appid: '1' }
        return callEndpoint(host, '/api/auth/login/', form, authorization === undefined ? {} : { authorization })
      }
      const guesses = await concurrency(40, (host, index) => logIn(host, `wrong ${index}`))
      expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([401]))
      const right = await concurrency(4, (host) => logIn(host, password))
      expect(right.map(({ status }) => status)).toEqual([401, 401, 401, 401])
      expect((await logIn(hosts[1], password, apikey)).code).toBe('0')
      await Promise.all(hosts.map(({ billfold }) => billfold.deliver()))
      const notices = hosts
        .flatMap(({ messages }) => messages)
        .filter(({ topic, payload }) => topic === 'security.credential-locked' && payload['email'] === email)
      expect(notices).toMatchObject([{ payload: { credential: 'password', lockedFor: 'one-source' } }])
    })

    it('create one pending payment per sender', async () => {
      const [from, to] = [await rich('100'), await registerUser(hosts[0])]
      const reply = await concurrency(12, (host) => createPayment(host, from, to, '1'))
      expect(reply.filter(({ code }) => code === '0')).toHaveLength(1)
      expect(new Set(reply.map(({ status }) => status))).toEqual(new Set([200, 409]))
      expect(await getBalance(hosts[0], from)).toEqual({ balance: '99.25', held: '1.00' })
    })

    it('create one payment per reference and return the same reply', async () => {
      const [from, to] = [await rich('1'), await registerUser(hosts[0])]
      const reference = { transaction_reference: `same-${from.email}` }
      const reply = await concurrency(8, (host) => createPayment(host, from, to, '1', reference))
      expect(new Set(reply.map((answer) => JSON.stringify(answer))).size).toBe(1)
      expect(reply[0]?.code).toBe('0')
      expect(await getBalance(hosts[0], from)).toEqual({ balance: '0.25', held: '1.00' })
    })

    it('complete a payment once', async () => {
      const [from, to] = [await rich('10'), await registerUser(hosts[0])]
      const session: string = (await createPayment(hosts[0], from, to, '4')).data.sessionid
      const reply = await concurrency(12, (host, index) =>
        confirmPayment(host, index % 3 === 0 ? 'A' : 'B', { from, to, amount: '4', session }),
      )
      expect(reply.every(({ code }) => code === '0')).toBe(true)
      expect(reply.some(({ data }) => data.status === '1')).toBe(true)
      expect(await getBalance(hosts[1], from)).toEqual({ balance: '6.25', held: '0.00' })
      expect(await getBalance(hosts[1], to)).toEqual({ balance: '4.25', held: '0.00' })
    })

    it('credit once per reference, and never overdraw by withdrawals', async () => {
      const person = await registerUser(hosts[0])
      const credits = await concurrency(10, (host) =>
        creditUser(host, host.serviceAuthorization, person, '10', `once-${person.email}`),
      )
      expect(credits.every(({ code }) => code === '0')).toBe(true)
      const withdrawals = await concurrency(10, (host, index) =>
        callEndpoint(host, 'create_transaction', {
          email: person.email,
          apikey: person.apikey,
          transaction_reference: `w${index}-${person.email}`,
          transaction_type: 'WITHDRAWAL',
          amount: '3',
          currency: 'USD',
          payment_gateway: 'test',
        }),
      )
      expect(withdrawals.filter(({ code }) => code === '0')).toHaveLength(3)
      expect(await getBalance(hosts[1], person)).toEqual({ balance: '1.25', held: '9.00' })
    })

    it('accept one final result of a withdrawal', async () => {
      const person = await rich('10')
      const reference = { email: person.email, transaction_reference: `f-${person.email}`, amount: '10' }
      const kind = { transaction_type: 'WITHDRAWAL', currency: 'USD', payment_gateway: 'test', apikey: person.apikey }
      await callEndpoint(hosts[0], 'create_transaction', { ...reference, ...kind })
      const ends = await concurrency(6, (host, index) =>
        callEndpoint(
          host,
          'update_transaction',
          { ...reference, status: index < 3 ? 'SUCCESS' : 'FAILED' },
          { authorization: host.serviceAuthorization },
        ),
      )
      expect(ends.filter(({ code }) => code === '0')).toHaveLength(3)
      const left = await getBalance(hosts[0], person)
      expect(['0.25', '10.25']).toContain(left.balance)
      expect(left.held).toBe('0.00')
    })

    it('create one wallet with one grant, and register an email once', async () => {
      const form = registration()
      const registered = await concurrency(6, (host) => callEndpoint(host, 'register', form))
      expect(registered.filter(({ code }) => code === '0')).toHaveLength(1)
      const { data } = await callEndpoint(hosts[0], '/api/auth/login/', form)
      const { email, imei } = form
      const made = await concurrency(8, (host) =>
        callEndpoint(host, 'createwallet', { email, imei, apikey: data['api-key'] }),
      )
      expect(new Set(made.map((wallet) => JSON.stringify(wallet.data))).size).toBe(1)
      expect(made[0]?.data.balance).toBe('0.25')
    })

    it('count wrong PINs at both hosts against one limit', async () => {
      const { email, apikey } = await registerUser(hosts[0])
      await callEndpoint(hosts[0], 'setpin', { email, apikey, mpin: '7765' })
      await concurrency(24, (host, index) =>
        callEndpoint(host, 'checkpin', { email, apikey, encryptedmpin: `x${index}xx` }),
      )
      for (const host of hosts)
        expect((await callEndpoint(host, 'checkpin', { email, apikey, encryptedmpin: '7765' })).code).toBe('1')
    })
  },
)
