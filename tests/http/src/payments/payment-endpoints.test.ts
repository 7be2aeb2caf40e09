import { expect, it } from 'vitest'
import { describePayments, replyWith } from './describe-payments.ts'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  creditUser,
  getBalance,
  registerUser,
  registration,
} from './payments-client.ts'

describePayments(
  'the payment endpoints',
  () => ({}),
  (client, host) => {
    it('createsession returns the reason of a rejection', async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      const third = await registerUser(client)
      const base = {
        apikey: from.apikey,
        sender_email: from.email,
        recv_email: to.email,
        recv_mobile: to.phone,
        amount: '0.10',
      }
      const create = (more: object) => callEndpoint(client, 'createsession', { ...base, ...more })
      expect(await create({ amount: '0.26' })).toEqual(replyWith('You have insufficient balance'))
      expect(await create({ sender_email: to.email })).toEqual(replyWith('User with this email is not registered'))
      const external = { ...replyWith('User is external to Lokdon network'), data: 'data' }
      expect(await create({ recv_email: 'nobody@example.org' })).toEqual(external)
      expect(await create({ recv_mobile: third.phone })).toEqual(external)
      expect((await create({ recv_email: from.email, recv_mobile: from.phone })).status).toBe(400)
      expect((await create({ recv_email: '', recv_mobile: undefined })).status).toBe(400)
      for (const amount of ['0', '-1', '1e3', '0.001', '', ' ', 'NaN', '1,0', '99999999999999999999', 1e21, true, null])
        expect((await create({ amount })).status, String(amount)).toBe(400)
      expect((await create({ currency: 'XXX' })).status).toBe(400)
      expect((await create({ recv_email: undefined })).code).toBe('0')
      const pending = await create({ amount: '0.01' })
      expect(pending).toEqual(replyWith('Another payment is pending', '1', 409))
      expect(await getBalance(client, from)).toEqual({ balance: '0.15', held: '0.10' })
    })

    it('confirmpayment rejects another amount, party, leg, caller or session', async () => {
      const [from, to, third] = [await registerUser(client), await registerUser(client), await registerUser(client)]
      const nothing = replyWith('No Pending Payments for you')
      const session: string = (await createPayment(client, from, to, '0.20')).data.sessionid
      const payment = { from, to, amount: '0.20', session }
      expect(await confirmPayment(client, 'B', { ...payment, amount: '0.21' })).toEqual(nothing)
      expect(await confirmPayment(client, 'B', { ...payment, session: 'guess' })).toEqual(nothing)
      expect(await confirmPayment(client, 'B', payment, { payment_leg: 'A' })).toEqual(nothing)
      expect((await confirmPayment(client, 'B', payment, { payment_leg: 'C' })).status).toBe(400)
      expect(await confirmPayment(client, 'B', payment, { to_mobile: third.phone })).toEqual(nothing)
      expect(await confirmPayment(client, 'B', payment, { from_phone: third.phone })).toEqual(nothing)
      expect(await confirmPayment(client, 'B', payment, { from_phone: '+000000' })).toEqual(
        replyWith('Sender is not registered with Lokdon'),
      )
      for (const leg of ['A', 'B'] as const)
        expect(await confirmPayment(client, leg, payment, { apikey: third.apikey })).toEqual(nothing)
      expect((await confirmPayment(client, 'B', payment, { apikey: 'x' })).status).toBe(401)
      expect((await confirmPayment(client, 'B', payment)).data).toMatchObject({ status: '0' })
      expect((await confirmPayment(client, 'B', payment)).data).toMatchObject({ status: '0' })
      expect((await confirmPayment(client, 'A', payment)).data).toMatchObject({ status: '1' })
      expect(await getBalance(client, to)).toEqual({ balance: '0.45', held: '0.00' })
    })

    it('confirmpayment limits session guesses to a hundred per user and hour', async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      const payment = { from, to, amount: '0.20', session: 'guess' }
      const answers = await Promise.all(Array.from({ length: 130 }, () => confirmPayment(client, 'B', payment)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
      expect((await confirmPayment(client, 'B', payment)).status).toBe(429)
    })

    it('lookups of receivers and usernames share a limit of a hundred per user and hour', async () => {
      const [from, other, form] = [await registerUser(client), await registerUser(client), registration()]
      await callEndpoint(client, 'register', form)
      const guess = (index: number) =>
        index % 2 === 0
          ? createPayment(client, from, { ...other, email: `nobody${index}@example.org` }, '0.01')
          : callEndpoint(client, 'updateprofile', { apikey: from.apikey, username: form.username })
      const answers = await Promise.all(Array.from({ length: 130 }, (_, index) => guess(index)))
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(30)
      for (const index of [0, 1]) expect((await guess(index)).status).toBe(429)
    })

    it('createsession rejects an amount with more digits than a JSON number holds', async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      const body = JSON.stringify({
        apikey: from.apikey,
        sender_email: from.email,
        recv_email: to.email,
        amount: 'AMOUNT',
      }).replace('"AMOUNT"', '0.1299999999999999999')
      const headers = { 'content-type': 'application/json' }
      const answer = await client.request('POST', '/api/v1/lokdon/createsession', { headers, body })
      expect(answer.status).toBe(400)
      expect(await getBalance(client, from)).toEqual({ balance: '0.25', held: '0.00' })
    })

    it('createsession rejects contradicting currencies and unprintable references', async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      expect((await createPayment(client, from, to, '0.10', { currency: 'EUR', currency_type: '0' })).status).toBe(400)
      for (const transaction_reference of [' ', 'a b', 'é', '\u0007'])
        expect((await createPayment(client, from, to, '0.10', { transaction_reference })).status).toBe(400)
      expect((await createPayment(client, from, to, '0.10', { currency: 'USD', currency_type: '0' })).code).toBe('0')
    })

    it('createsession replays a repeat under its reference, rejects other content, and allows the reference to others', async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      const reference = { transaction_reference: `ref-${from.email}` }
      const first = await createPayment(client, from, to, '0.10', reference)
      expect(await createPayment(client, from, to, '0.10', reference)).toEqual(first)
      expect((await createPayment(client, from, to, '0.11', reference)).status).toBe(422)
      expect((await createPayment(client, to, from, '0.10', reference)).code).toBe('0')
    })

    it("transactions returns pages of the caller's own, newest first", async () => {
      const [from, to] = [await registerUser(client), await registerUser(client)]
      await creditUser(client, host().serviceAuthorization, from, '10', `list-${from.email}`)
      const list = (more: object) =>
        callEndpoint(client, 'transactions', { email: from.email, mobile: from.phone, api_key: from.apikey, ...more })
      const session: string = (await createPayment(client, from, to, '2')).data.sessionid
      const { data: all } = await list({})
      expect(all.map(({ kind, status }: { kind: string; status: string }) => `${kind} ${status}`)).toEqual([
        'payment Pending',
        'deposit Success',
        'grant Success',
      ])
      const { data: page } = await list({ limit: '1' })
      expect(page[0].sessionid).toBe(session)
      expect((await list({ limit: '2', after: page[0].transactionid })).data).toEqual(all.slice(1))
      for (const limit of ['0', '201', 'x', '-1']) expect((await list({ limit })).status).toBe(400)
      expect(await list({ email: to.email })).toEqual(replyWith('User with this email is not registered'))
      expect(await list({ mobile: to.phone })).toEqual(replyWith('User with this email is not registered'))
    })
  },
)
