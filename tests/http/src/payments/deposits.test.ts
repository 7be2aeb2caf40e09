import { basicAuthorization } from '../basic-authorization.ts'
import { expect, it } from 'vitest'
import { describePayments, replyWith } from './describe-payments.ts'
import {
  callEndpoint,
  createPayment,
  creditUser,
  getBalance,
  type PaymentsUser,
  registerUser,
  registration,
} from './payments-client.ts'

describePayments(
  'deposits and withdrawals',
  () => ({ payments: { currencies: { LOKCOIN: { decimals: 3 } } } }),
  (client, host) => {
    const create = (person: PaymentsUser, more: object) =>
      callEndpoint(client, 'create_transaction', {
        email: person.email,
        apikey: person.apikey,
        transaction_type: 'DEPOSIT',
        amount: '5.00',
        currency: 'USD',
        payment_gateway: 'test',
        ...more,
      })
    const end = (person: PaymentsUser, more: object) =>
      callEndpoint(
        client,
        'update_transaction',
        { email: person.email, amount: '5.00', status: 'SUCCESS', ...more },
        { authorization: host().serviceAuthorization },
      )
    const ok = replyWith('Licence Registered Successfully', '0')

    it('credit a deposit once when it succeeds', async () => {
      const person = await registerUser(client)
      const reference = { transaction_reference: `d-${person.email}` }
      expect(await create(person, reference)).toEqual(ok)
      expect(await create(person, reference)).toEqual(ok)
      expect((await getBalance(client, person)).balance).toBe('0.25')
      expect(await end(person, { ...reference, amount: '6' })).toEqual(
        replyWith('Error Occurred The amount does not match the transaction'),
      )
      const updated = replyWith('Transaction Updated Succesfully', '0')
      for (const answer of await Promise.all(Array.from({ length: 5 }, () => end(person, reference))))
        expect(answer).toEqual(updated)
      expect((await getBalance(client, person)).balance).toBe('5.25')
      expect(await end(person, { ...reference, status: 'FAILED' })).toEqual(
        replyWith('Error Occurred The transaction already ended with another result'),
      )
    })

    it('hold a withdrawal until it succeeds or is cancelled', async () => {
      const person = await registerUser(client)
      await creditUser(client, host().serviceAuthorization, person, '10', `c-${person.email}`)
      const make = (name: string, more = {}) =>
        create(person, { transaction_type: 'WITHDRAWAL', transaction_reference: `${name}-${person.email}`, ...more })
      expect(await make('w0', { amount: '10.26' })).toEqual(replyWith('You have insufficient balance'))
      expect(await make('w1')).toEqual(ok)
      expect(await make('w2')).toEqual(ok)
      expect(await getBalance(client, person)).toEqual({ balance: '0.25', held: '10.00' })
      expect((await end(person, { transaction_reference: `w1-${person.email}` })).code).toBe('0')
      expect((await end(person, { transaction_reference: `w2-${person.email}`, status: 'cancelled' })).code).toBe('0')
      expect(await getBalance(client, person)).toEqual({ balance: '5.25', held: '0.00' })
      expect((await host().billfold.payments.checkConsistency()).findings).toEqual([])
    })

    it('return errors for missing, unknown and reused fields', async () => {
      const [person, other] = [await registerUser(client), await registerUser(client)]
      const reference = { transaction_reference: `x-${person.email}` }
      const missing = (name: string) => replyWith(`${name} cannot be Null or an empty String`)
      for (const name of [
        'email',
        'transaction_reference',
        'transaction_type',
        'amount',
        'currency',
        'payment_gateway',
      ])
        expect(await create(person, { ...reference, [name]: '' })).toEqual(missing(name))
      for (const name of ['email', 'transaction_reference', 'status', 'amount'])
        expect(await end(person, { ...reference, [name]: '' })).toEqual(missing(name))
      expect(await create(person, { ...reference, email: other.email })).toEqual(replyWith('User Not Found'))
      expect((await create(person, { ...reference, transaction_type: 'GIFT' })).status).toBe(400)
      expect(await create(person, { ...reference, amount: '0.001' })).toEqual(
        replyWith('Unable to Create License The amount has more than 2 decimals'),
      )
      await create(person, reference)
      const reused = replyWith('Unable to Create License The reference was used for a different request')
      expect(await create(person, { ...reference, amount: '6' })).toEqual(reused)
      expect(await end(other, reference)).toEqual(replyWith('Transaction Not Found'))
      expect(await end(person, { transaction_reference: 'none' })).toEqual(replyWith('Transaction Not Found'))
      expect(await end({ ...person, email: 'nobody@example.org' }, reference)).toEqual(
        replyWith('User matching Email Not Found'),
      )
      expect((await end(person, { ...reference, status: 'PENDING' })).status).toBe(400)
      const credit = (amount: string) =>
        creditUser(client, host().serviceAuthorization, person, amount, reference.transaction_reference)
      expect((await credit('5.00')).code).toBe('0')
      expect(await credit('6.00')).toEqual(reused)
    })

    it('keep the references of a user from those of other users and of gateways', async () => {
      const [person, other] = [await registerUser(client), await registerUser(client)]
      const reference = { transaction_reference: 'order-1' }
      for (const type of ['DEPOSIT', 'WITHDRAWAL'])
        for (const each of [person, other])
          expect((await create(each, { ...reference, transaction_type: type, amount: '0.10' })).code).toBe(
            type === 'DEPOSIT' ? '0' : '1',
          )
      expect((await createPayment(client, other, person, '0.05', reference)).status).toBe(422)
      expect((await end(person, { ...reference, amount: '0.10' })).code).toBe('0')
      expect((await getBalance(client, person)).balance).toBe('0.35')
      expect((await getBalance(client, other)).balance).toBe('0.25')
      expect((await creditUser(client, host().serviceAuthorization, other, '1', 'order-1')).code).toBe('0')
      expect((await creditUser(client, host().serviceAuthorization, person, '1', 'order-1')).code).toBe('1')
      expect((await getBalance(client, other)).balance).toBe('1.25')
    })

    it('are limited to twenty that are pending per user, of both types', async () => {
      const person = await registerUser(client)
      const many = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          create(person, {
            transaction_reference: `n${index}`,
            transaction_type: index % 2 === 0 ? 'DEPOSIT' : 'WITHDRAWAL',
            amount: '0.01',
          }),
        ),
      )
      expect(many.filter(({ code }) => code === '0')).toHaveLength(20)
      expect(many.filter(({ status }) => status === 409)).toHaveLength(10)
      const first = many.findIndex(({ code }) => code === '0')
      expect((await end(person, { transaction_reference: `n${first}`, amount: '0.01', status: 'FAILED' })).code).toBe(
        '0',
      )
      expect((await create(person, { transaction_reference: 'one more' })).status).toBe(400)
      expect((await create(person, { transaction_reference: 'one-more' })).code).toBe('0')
      expect((await create(person, { transaction_reference: 'and-another' })).status).toBe(409)
      expect((await create(person, { transaction_reference: 'one-more' })).code).toBe('0')
      expect((await host().billfold.payments.checkConsistency()).findings).toEqual([])
    })

    it('update_balance credits once, in any known currency, for gateways only', async () => {
      const person = await registerUser(client)
      const body = {
        email: person.email,
        amount: '1.001',
        currency: 'lokcoin',
        transaction_reference: `b-${person.email}`,
      }
      const headers = { authorization: host().serviceAuthorization }
      for (let time = 0; time < 2; time++)
        expect(await callEndpoint(client, 'update_balance', body, headers)).toEqual(ok)
      const { email, ...without } = body
      expect(await callEndpoint(client, 'update_balance', without, headers)).toEqual(
        replyWith('email cannot be Null or an empty String'),
      )
      expect(await callEndpoint(client, 'update_balance', { ...body, email: 'no@example.org' }, headers)).toEqual(
        replyWith('User Not Found'),
      )
      expect((await callEndpoint(client, 'update_balance', body)).status).toBe(401)
      const other = await host().billfold.serviceKeys.create({
        tag: 'x',
        scopes: ['payments:subscriptions', 'custody'],
      })
      const basic = basicAuthorization(other.keyId, other.keySecret)
      expect((await callEndpoint(client, 'update_balance', body, { authorization: basic })).status).toBe(403)
      expect((await callEndpoint(client, 'transactions', { api_key: person.apikey })).data[0]).toMatchObject({
        amount: '1.001',
        currency_type: 'LOKCOIN',
        kind: 'deposit',
      })
      expect(email).toBe(person.email)
      const { data } = await callEndpoint(client, 'getwalletinfo', { email, apikey: person.apikey })
      expect(data).toMatchObject({ balance: '0.25', held: '0.00', currency_type: '0' })
      expect(data.balances).toEqual([
        { currency_type: 'LOKCOIN', balance: '1.001', held: '0.000' },
        { currency_type: '0', balance: '0.25', held: '0.00' },
      ])
    })

    it('update_balance credits a user who has no wallet yet, and createwallet shows the money', async () => {
      const form = registration()
      await callEndpoint(client, 'register', form)
      const { data: login } = await callEndpoint(client, '/api/auth/login/', form)
      const { email, imei, phone_number: phone, password } = form
      const person = { email, phone, password, apikey: login['api-key'] as string }
      await creditUser(client, host().serviceAuthorization, person, '3', `early-${email}`)
      const made = await callEndpoint(client, 'createwallet', { email, imei, apikey: person.apikey })
      expect(made.data.balance).toBe('3.25')
    })
  },
)
