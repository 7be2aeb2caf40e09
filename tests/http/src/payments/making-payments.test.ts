import { expect, it } from 'vitest'
import { describePayments, said } from './describe-payments.ts'
import { ask, balance, confirm, credit, newPerson, open, registration } from './payer.ts'

describePayments(
  'the endpoints for payments',
  () => ({}),
  (client, host) => {
    it('createsession says why it does not', async () => {
      const [from, to] = [await newPerson(client), await newPerson(client)]
      const third = await newPerson(client)
      const base = {
        apikey: from.apikey,
        sender_email: from.email,
        recv_email: to.email,
        recv_mobile: to.phone,
        amount: '0.10',
      }
      const create = (more: object) => ask(client, 'createsession', { ...base, ...more })
      expect(await create({ amount: '0.26' })).toEqual(said('You have insufficient balance'))
      expect(await create({ sender_email: to.email })).toEqual(said('User with this email is not registered'))
      const external = { ...said('User is external to Lokdon network'), data: 'data' }
      expect(await create({ recv_email: 'nobody@example.org' })).toEqual(external)
      expect(await create({ recv_mobile: third.phone })).toEqual(external)
      expect((await create({ recv_email: from.email, recv_mobile: from.phone })).status).toBe(400)
      expect((await create({ recv_email: '', recv_mobile: undefined })).status).toBe(400)
      for (const amount of ['0', '-1', '1e3', '0.001', '', ' ', 'NaN', '1,0', '99999999999999999999', 1e21, true, null])
        expect((await create({ amount })).status, String(amount)).toBe(400)
      expect((await create({ currency: 'XXX' })).status).toBe(400)
      expect((await create({ recv_email: undefined })).code).toBe('0')
      const pending = await create({ amount: '0.01' })
      expect(pending).toEqual(said('Another payment is pending', '1', 409))
      expect(await balance(client, from)).toEqual({ balance: '0.15', held: '0.10' })
    })

    it('confirmpayment takes no other amount, party or leg, from nobody else, and not without a payment', async () => {
      const [from, to, third] = [await newPerson(client), await newPerson(client), await newPerson(client)]
      const nothing = said('No Pending Payments for you')
      const session: string = (await open(client, from, to, '0.20')).data.sessionid
      const payment = { from, to, amount: '0.20', session }
      expect(await confirm(client, 'B', { ...payment, amount: '0.21' })).toEqual(nothing)
      expect(await confirm(client, 'B', { ...payment, session: 'guess' })).toEqual(nothing)
      expect(await confirm(client, 'B', payment, { payment_leg: 'A' })).toEqual(nothing)
      expect((await confirm(client, 'B', payment, { payment_leg: 'C' })).status).toBe(400)
      expect(await confirm(client, 'B', payment, { to_mobile: third.phone })).toEqual(nothing)
      expect(await confirm(client, 'B', payment, { from_phone: third.phone })).toEqual(nothing)
      expect(await confirm(client, 'B', payment, { from_phone: '+000000' })).toEqual(
        said('Sender is not registered with Lokdon'),
      )
      for (const leg of ['A', 'B'] as const)
        expect(await confirm(client, leg, payment, { apikey: third.apikey })).toEqual(nothing)
      expect((await confirm(client, 'B', payment, { apikey: 'x' })).status).toBe(401)
      expect((await confirm(client, 'B', payment)).data).toMatchObject({ status: '0' })
      expect((await confirm(client, 'B', payment)).data).toMatchObject({ status: '0' })
      expect((await confirm(client, 'A', payment)).data).toMatchObject({ status: '1' })
      expect(await balance(client, to)).toEqual({ balance: '0.45', held: '0.00' })
    })

    it('one user may guess a hundred sessions in an hour, and no more', async () => {
      const [from, to] = [await newPerson(client), await newPerson(client)]
      const payment = { from, to, amount: '0.20', session: 'guess' }
      const answers = await Promise.all(Array.from({ length: 130 }, () => confirm(client, 'B', payment)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
      expect((await confirm(client, 'B', payment)).status).toBe(429)
    })

    it("one user may guess a hundred receivers, references and usernames in an hour, and then has no more of others' either", async () => {
      const [from, other, form] = [await newPerson(client), await newPerson(client), registration()]
      const used = { transaction_reference: `used-${other.email}` }
      await open(client, other, from, '0.01', used)
      await ask(client, 'register', form)
      const guess = (index: number) =>
        index % 4 === 0
          ? open(client, from, { ...other, email: `nobody${index}@example.org` }, '0.01')
          : index % 4 === 1
            ? open(client, from, other, '0.01', used)
            : index % 4 === 2
              ? ask(client, 'updateprofile', { apikey: from.apikey, username: form.username })
              : ask(client, 'create_transaction', {
                  ...used,
                  email: from.email,
                  apikey: from.apikey,
                  transaction_type: 'DEPOSIT',
                  amount: '1',
                  currency: 'USD',
                  payment_gateway: 'test',
                })
      const answers = await Promise.all(Array.from({ length: 130 }, (_, index) => guess(index)))
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(30)
      for (const index of [0, 1, 2, 3]) expect((await guess(index)).status).toBe(429)
    })

    it('an amount that JSON has rounded before anybody saw it is refused', async () => {
      const [from, to] = [await newPerson(client), await newPerson(client)]
      const body = JSON.stringify({
        apikey: from.apikey,
        sender_email: from.email,
        recv_email: to.email,
        amount: 'AMOUNT',
      }).replace('"AMOUNT"', '0.1299999999999999999')
      const headers = { 'content-type': 'application/json' }
      const answer = await client.request('POST', '/api/v1/lokdon/createsession', { headers, body })
      expect(answer.status).toBe(400)
      expect(await balance(client, from)).toEqual({ balance: '0.25', held: '0.00' })
    })

    it('a currency that is named twice is the same twice, and a reference is printable', async () => {
      const [from, to] = [await newPerson(client), await newPerson(client)]
      expect((await open(client, from, to, '0.10', { currency: 'EUR', currency_type: '0' })).status).toBe(400)
      for (const transaction_reference of [' ', 'a b', 'é', '\u0007'])
        expect((await open(client, from, to, '0.10', { transaction_reference })).status).toBe(400)
      expect((await open(client, from, to, '0.10', { currency: 'USD', currency_type: '0' })).code).toBe('0')
    })

    it('a repeat under the same reference is answered alike, and other content or another user is refused', async () => {
      const [from, to] = [await newPerson(client), await newPerson(client)]
      const reference = { transaction_reference: `ref-${from.email}` }
      const first = await open(client, from, to, '0.10', reference)
      expect(await open(client, from, to, '0.10', reference)).toEqual(first)
      expect((await open(client, from, to, '0.11', reference)).status).toBe(422)
      expect((await open(client, to, from, '0.10', reference)).status).toBe(422)
    })

    it('transactions lists pages, newest first, of the caller alone', async () => {
      const [from, to] = [await newPerson(client), await newPerson(client)]
      await credit(client, host().service, from, '10', `list-${from.email}`)
      const list = (more: object) =>
        ask(client, 'transactions', { email: from.email, mobile: from.phone, api_key: from.apikey, ...more })
      const session: string = (await open(client, from, to, '2')).data.sessionid
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
      expect(await list({ email: to.email })).toEqual(said('User with this email is not registered'))
      expect(await list({ mobile: to.phone })).toEqual(said('User with this email is not registered'))
    })
  },
)
