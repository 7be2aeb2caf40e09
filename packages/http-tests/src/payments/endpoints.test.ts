import { clientEnvelope, newKeyPair, provePaymentKey } from '@billfold/core/client'
import { secp256k1 } from '@billfold/core/crypto'
import { describe, expect, it } from 'vitest'
import type { Client } from '../client.ts'
import { describeMounted, type SuiteOptions } from '../describe-mounted.ts'
import {
  ask,
  balance,
  confirm,
  credit,
  type HostChoice,
  newPerson,
  open,
  type PaymentsHost,
  paymentsHost,
  type Person,
  registration,
} from './payer.ts'

const two: SuiteOptions = {
  only: ({ framework, through, prefix, parser }) =>
    through === 'app' &&
    ((framework === 'express 5' && prefix === '/id' && !parser) || (framework === 'koa' && prefix === '' && parser)),
}
const one: SuiteOptions = {
  only: ({ framework, through, prefix, parser }) =>
    framework === 'koa' && through === 'app' && prefix === '/id' && !parser,
}

/** Describes the API with a host of its own. */
function describePayments(
  name: string,
  choice: () => HostChoice,
  suite: (client: Client, host: () => PaymentsHost) => void,
  mounted: SuiteOptions = two,
): void {
  let made: PaymentsHost | undefined
  describeMounted(
    name,
    async () => {
      made = await paymentsHost(undefined, choice())
      return made.billfold.payments
    },
    (client) =>
      suite(client, () => {
        if (made === undefined) throw new Error('there is no host yet')
        return made
      }),
    mounted,
  )
}

const said = (message: string, code = '1', status = 200) => ({ status, message, code, data: expect.anything() })
const terms = {
  amount_paid: '120.00',
  number_of_users: '10',
  user_category: 'company',
  no_of_paid_users: '8',
  no_of_default_users: 2,
  sub_start_date: '2020-01-01',
  sub_end_date: '2999-12-31',
}

describePayments(
  'the endpoints for users',
  () => ({}),
  (client) => {
    it('register refuses what is missing, malformed, common or there already', async () => {
      const form = registration()
      for (const name of ['email', 'password', 'phone_number', 'dob', 'username', 'first_name', 'last_name']) {
        const { [name]: _, ...rest } = form as Record<string, string>
        expect(await ask(client, 'register', rest)).toEqual(said(`${name} cannot be Null or an empty String`, '1', 400))
        expect((await ask(client, 'register', { ...form, [name]: '' })).status).toBe(400)
      }
      const wrong = {
        email: ['no email', 'a@b@c', 'x'.repeat(400), { a: 1 }, ['a@b']],
        password: ['short', 'password1', 'Qwertyuiop1!', 'aaaaaaaaaaaa', 'x'.repeat(129)],
        phone_number: ['no phone', '12', '+1'.repeat(20)],
        dob: ['2011-13-01', '2011-02-29', '01-01-2000', '2999-01-01', '1066-10-14'],
        username: ['@', ' x', 'x'.repeat(129)],
      }
      for (const [name, values] of Object.entries(wrong))
        for (const value of values)
          expect((await ask(client, 'register', { ...form, [name]: value })).status, `${name} ${String(value)}`).toBe(
            400,
          )
      expect((await ask(client, 'register', form)).code).toBe('0')
      for (const same of ['email', 'phone_number', 'username'] as const) {
        const other = { ...registration(), [same]: form[same].toUpperCase() }
        expect(await ask(client, 'register', other)).toEqual(said('User already exists'))
      }
    })

    it('login tells an unknown email, a wrong password and a locked one alike, and locks after ten', async () => {
      const person = await newPerson(client)
      const { email, password } = person
      const refusal = said('The email or the password is not correct', '1', 401)
      expect(await ask(client, '/api/auth/login/', { email: 'nobody@example.org', password })).toEqual(refusal)
      const guesses = Array.from({ length: 25 }, (_, index) =>
        ask(client, '/api/auth/login/', { email, password: `wrong ${index}` }),
      )
      for (const guess of await Promise.all(guesses)) expect(guess).toEqual(refusal)
      expect(await ask(client, '/api/auth/login/', { email, password })).toEqual(refusal)
      expect((await ask(client, 'getwalletinfo', person)).code).toBe('0')
    })

    it('a device has one key at a time, and other devices keep theirs', async () => {
      const { email, password } = await newPerson(client)
      const login = async (imei: string) =>
        (await ask(client, '/api/auth/login/', { email, password, imei, appid: '1' })).data['api-key']
      const [first, other, second] = [await login('one'), await login('two'), await login('one')]
      expect((await ask(client, 'getwalletinfo', { email, apikey: first })).status).toBe(401)
      expect((await ask(client, 'getwalletinfo', { email, apikey: other })).code).toBe('0')
      expect((await ask(client, 'getwalletinfo', { email, api_key: second })).code).toBe('0')
    })

    it('changepass needs the old password, and ends all other keys', async () => {
      const { email, password, apikey } = await newPerson(client)
      const { data } = await ask(client, '/api/auth/login/', { email, password, imei: 'other' })
      const change = { email, apikey, password: 'another horse battery', old_password: password, appid: '1' }
      expect(await ask(client, '/api/auth/changepass/', { ...change, email: 'x@example.org' })).toEqual(
        said('User doesnot exist'),
      )
      expect((await ask(client, '/api/auth/changepass/', { ...change, old_password: 'wrong' })).status).toBe(401)
      expect((await ask(client, '/api/auth/changepass/', { ...change, old_password: undefined })).status).toBe(400)
      expect((await ask(client, '/api/auth/changepass/', { ...change, password: 'password1' })).status).toBe(400)
      expect(await ask(client, '/api/auth/changepass/', change)).toEqual(said('Password Updated Successfully', '0'))
      expect((await ask(client, 'getwalletinfo', { email, apikey: data['api-key'] })).status).toBe(401)
      expect((await ask(client, 'getwalletinfo', { email, apikey })).code).toBe('0')
      expect((await ask(client, '/api/auth/login/', { email, password })).status).toBe(401)
      expect((await ask(client, '/api/auth/login/', { email, password: change.password })).code).toBe('0')
    })

    it('updateprofile changes what may be changed, and gives it back without the key', async () => {
      const [person, other] = [await newPerson(client), registration()]
      await ask(client, 'register', other)
      const { email, phone, apikey } = person
      const change = {
        first_name: 'Bea',
        last_name: 'Bo',
        address: '2 High Street',
        dob: '1991-01-01',
        email,
        phone_number: phone,
      }
      expect(await ask(client, 'updateprofile', { ...change, apikey, my_api_key: apikey })).toEqual({
        ...said('Your Details Updated Successfully', '0'),
        data: change,
      })
      expect((await ask(client, 'updateprofile', { apikey, email: 'new@example.org' })).status).toBe(403)
      expect((await ask(client, 'updateprofile', { apikey, phone_number: '+999999' })).status).toBe(403)
      expect((await ask(client, 'updateprofile', { apikey, dob: '1991-02-30' })).status).toBe(400)
      expect(await ask(client, 'updateprofile', { apikey, username: other.username })).toEqual(
        said('User already exists'),
      )
      const name = `${other.username}-2`
      expect((await ask(client, 'updateprofile', { apikey, username: name })).code).toBe('0')
      const { data } = await ask(client, '/api/auth/login/', { email, password: person.password })
      expect(data).toMatchObject({
        fullname: 'Bea Bo',
        username: name,
        dateofbirth: '1991-01-01',
        address: '2 High Street',
      })
    })

    it('createwallet and getwalletinfo know whose they are', async () => {
      const [{ email, apikey }, other] = [await newPerson(client), await newPerson(client)]
      const mine = await ask(client, 'getwalletinfo', { email, apikey })
      expect((await ask(client, 'createwallet', { email, apikey, imei: 'another' })).data).toEqual(mine.data)
      expect(await ask(client, 'createwallet', { email: other.email, apikey, imei: 'x' })).toEqual(
        said('User with this email is not registered'),
      )
      for (const wrong of [undefined, '', '  ', 'nobody@example.org', other.email])
        expect(await ask(client, 'getwalletinfo', { email: wrong, apikey })).toEqual(
          said('Invalid or Blank mail id Given'),
        )
      const form = registration()
      await ask(client, 'register', form)
      const { data } = await ask(client, '/api/auth/login/', form)
      const without = await ask(client, 'getwalletinfo', { email: form.email, apikey: data['api-key'] })
      expect(without).toEqual(said('You have no wallet yet'))
      const reused = await ask(client, 'createwallet', {
        email: form.email,
        apikey: data['api-key'],
        imei: 'another device',
      })
      expect(reused.data.balance).toBe('0.25')
    })
  },
)

describePayments(
  'the endpoints for PINs',
  () => ({}),
  (client, host) => {
    const lockPin = '12345678M32ABCDEFGH'

    it('setpin sets a PIN, and replaces one for who knows the old one or the password', async () => {
      const { email, apikey, password } = await newPerson(client)
      const set = (mpin: string, more = {}) => ask(client, 'setpin', { email, apikey, mpin, ...more })
      expect(await set('7765', { email: 'x@example.org' })).toEqual(said('User with this email is not registered'))
      expect((await set('123')).status).toBe(400)
      expect((await set('x'.repeat(20))).status).toBe(400)
      expect(await set('7765')).toEqual(said('Security PIN added for your profile', '0'))
      expect((await set('8888')).status).toBe(403)
      expect((await set('8888', { old_mpin: '7766' })).status).toBe(403)
      expect((await set('8888', { password: 'wrong password' })).status).toBe(403)
      expect((await set('8888', { old_mpin: '7765' })).code).toBe('0')
      expect((await ask(client, '/api/v1/lokon/setpin/', { email, apikey, mpin: lockPin, password })).code).toBe('0')
      expect((await ask(client, 'checkpin', { email, apikey, encryptedmpin: lockPin })).data).toBe(lockPin)
    })

    it('checkpin gives back a right guess, tells no PIN from a wrong one, and stops after ten', async () => {
      const { email, apikey, password } = await newPerson(client)
      const guess = (encryptedmpin: string) => ask(client, 'checkpin', { email, apikey, encryptedmpin })
      const refusal = { ...said('Perhaps you have not set MPIN yet'), data: '' }
      expect(await guess('7765')).toEqual(refusal)
      await ask(client, 'setpin', { email, apikey, mpin: '7765' })
      expect(await guess('7765')).toEqual({ ...said('Here is your MPIN', '0'), data: '7765' })
      expect((await ask(client, 'checkpin', { email, encryptedmpin: '7765' })).status).toBe(401)
      for (const wrong of await Promise.all(Array.from({ length: 30 }, (_, index) => guess(String(1000 + index)))))
        expect(wrong).toEqual(refusal)
      expect(await guess('7765')).toEqual(refusal)
      expect((await ask(client, 'setpin', { email, apikey, mpin: '7765', old_mpin: '7765' })).status).toBe(403)
      expect((await ask(client, 'setpin', { email, apikey, mpin: '7765', password })).code).toBe('0')
      expect((await guess('7765')).code).toBe('0')
    })

    it("getm3pin gives the last part of a sender's lock PIN to the receiver of a pending payment only", async () => {
      const [from, to, third] = [await newPerson(client), await newPerson(client), await newPerson(client)]
      await credit(client, host().service, from, '10', `m3-${from.email}`)
      const m3 = (of: object, by: Person) => ask(client, 'getm3pin', { my_api_key: by.apikey, ...of })
      const nothing = said('No Pending Payments for you')
      expect(await m3({}, to)).toEqual(said('Either provide email or mobile number of sender'))
      expect((await m3({ sender_email: from.email }, { ...to, apikey: 'x' })).status).toBe(401)
      await ask(client, 'setpin', { email: from.email, apikey: from.apikey, mpin: '7765' })
      await open(client, from, to, '1')
      expect(await m3({ sender_email: from.email }, to)).toEqual(nothing)
      await ask(client, 'setpin', { email: from.email, apikey: from.apikey, mpin: lockPin, old_mpin: '7765' })
      expect(await m3({ sender_email: from.email }, to)).toEqual({
        ...said('Sender M3 Pin Stripped off', '0'),
        data: { m3encrypt: 'ABCDEFGH' },
      })
      expect((await m3({ sender_phone: from.phone }, to)).code).toBe('0')
      expect(await m3({ sender_phone: from.phone, sender_email: third.email }, to)).toEqual(nothing)
      expect(await m3({ sender_email: from.email }, third)).toEqual(nothing)
      expect(await m3({ sender_email: 'nobody@example.org' }, third)).toEqual(nothing)
    })
  },
)

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

describePayments(
  'deposits and withdrawals',
  () => ({ payments: { currencies: { LOKCOIN: { decimals: 3 } } } }),
  (client, host) => {
    const create = (person: Person, more: object) =>
      ask(client, 'create_transaction', {
        email: person.email,
        apikey: person.apikey,
        transaction_type: 'DEPOSIT',
        amount: '5.00',
        currency: 'USD',
        payment_gateway: 'test',
        ...more,
      })
    const end = (person: Person, more: object) =>
      ask(
        client,
        'update_transaction',
        { email: person.email, amount: '5.00', status: 'SUCCESS', ...more },
        { authorization: host().service },
      )
    const ok = said('Licence Registered Successfully', '0')

    it('a deposit counts once it succeeds, once', async () => {
      const person = await newPerson(client)
      const reference = { transaction_reference: `d-${person.email}` }
      expect(await create(person, reference)).toEqual(ok)
      expect(await create(person, reference)).toEqual(ok)
      expect((await balance(client, person)).balance).toBe('0.25')
      expect(await end(person, { ...reference, amount: '6' })).toEqual(
        said('Error Occurred The amount is not that of the transaction'),
      )
      const updated = said('Transaction Updated Succesfully', '0')
      for (const answer of await Promise.all(Array.from({ length: 5 }, () => end(person, reference))))
        expect(answer).toEqual(updated)
      expect((await balance(client, person)).balance).toBe('5.25')
      expect(await end(person, { ...reference, status: 'FAILED' })).toEqual(
        said('Error Occurred The transaction has ended otherwise'),
      )
    })

    it('a withdrawal is set aside at once, and goes out or comes back', async () => {
      const person = await newPerson(client)
      await credit(client, host().service, person, '10', `c-${person.email}`)
      const make = (name: string, more = {}) =>
        create(person, { transaction_type: 'WITHDRAWAL', transaction_reference: `${name}-${person.email}`, ...more })
      expect(await make('w0', { amount: '10.26' })).toEqual(said('You have insufficient balance'))
      expect(await make('w1')).toEqual(ok)
      expect(await make('w2')).toEqual(ok)
      expect(await balance(client, person)).toEqual({ balance: '0.25', held: '10.00' })
      expect((await end(person, { transaction_reference: `w1-${person.email}` })).code).toBe('0')
      expect((await end(person, { transaction_reference: `w2-${person.email}`, status: 'cancelled' })).code).toBe('0')
      expect(await balance(client, person)).toEqual({ balance: '5.25', held: '0.00' })
      expect((await host().billfold.payments.audit()).findings).toEqual([])
    })

    it('says what is missing, unknown or used by somebody else', async () => {
      const [person, other] = [await newPerson(client), await newPerson(client)]
      const reference = { transaction_reference: `x-${person.email}` }
      const missing = (name: string) => said(`${name} cannot be Null or an empty String`)
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
      expect(await create(person, { ...reference, email: other.email })).toEqual(said('User Not Found'))
      expect((await create(person, { ...reference, transaction_type: 'GIFT' })).status).toBe(400)
      expect(await create(person, { ...reference, amount: '0.001' })).toEqual(
        said('Unable to Create License The amount has more than 2 decimals'),
      )
      await create(person, reference)
      expect(await create(other, reference)).toEqual(
        said('Unable to Create License The reference was used for something else'),
      )
      expect(await end(other, reference)).toEqual(said('Transaction Not Found'))
      expect(await end(person, { transaction_reference: 'none' })).toEqual(said('Transaction Not Found'))
      expect(await end({ ...person, email: 'nobody@example.org' }, reference)).toEqual(
        said('User matching Email Not Found'),
      )
      expect((await end(person, { ...reference, status: 'PENDING' })).status).toBe(400)
      expect(await credit(client, host().service, person, '5.00', reference.transaction_reference)).toEqual(
        said('Unable to Create License The reference was used for something else'),
      )
    })

    it('update_balance credits once, in any currency that is known, for a gateway only', async () => {
      const person = await newPerson(client)
      const body = {
        email: person.email,
        amount: '1.001',
        currency: 'lokcoin',
        transaction_reference: `b-${person.email}`,
      }
      const headers = { authorization: host().service }
      for (let time = 0; time < 2; time++) expect(await ask(client, 'update_balance', body, headers)).toEqual(ok)
      const { email, ...without } = body
      expect(await ask(client, 'update_balance', without, headers)).toEqual(
        said('email cannot be Null or an empty String'),
      )
      expect(await ask(client, 'update_balance', { ...body, email: 'no@example.org' }, headers)).toEqual(
        said('User Not Found'),
      )
      expect((await ask(client, 'update_balance', body)).status).toBe(401)
      const other = await host().billfold.serviceKeys.create({
        tag: 'x',
        scopes: ['payments:subscriptions', 'custody'],
      })
      const basic = `Basic ${Buffer.from(`${other.keyId}:${other.keySecret}`).toString('base64')}`
      expect((await ask(client, 'update_balance', body, { authorization: basic })).status).toBe(403)
      expect((await ask(client, 'transactions', { api_key: person.apikey })).data[0]).toMatchObject({
        amount: '1.001',
        currency_type: 'LOKCOIN',
        kind: 'deposit',
      })
      expect(email).toBe(person.email)
    })
  },
)

describePayments(
  'the endpoints for licences',
  () => ({}),
  (client, host) => {
    const admin = (name: string, body: object, method = 'POST') =>
      ask(client, name, body, { authorization: host().service }, method)

    it('are given once, renewed, ended and asked about', async () => {
      const { email } = await newPerson(client)
      const registered = said('Licence Registered Successfully', '0')
      expect(await admin('check_user', { email })).toEqual(said('User Not Found'))
      expect(await admin('deactivate_licence', { email })).toEqual(said('User Not Found'))
      expect(await admin('add_user_licence', { email, ...terms })).toEqual(registered)
      expect(await admin('add_user_licence', { email, ...terms })).toEqual(
        said('Licence Data matching User already exists'),
      )
      expect(await admin('check_license', { email })).toEqual(said('license is active', '0'))
      expect(await admin('check_licence', { email })).toEqual(said('license is active', '0'))
      expect(await admin('check_user', { email })).toEqual({
        ...said('Licence data Found', '0'),
        data: { ...terms, no_of_default_users: '2', status: 'active' },
      })
      for (let time = 0; time < 2; time++)
        expect(await admin('deactivate_licence', { email })).toEqual(said('User Updated successfully', '0'))
      expect(await admin('check_license', { email })).toEqual(said('license has expired', '0'))
      expect(await admin('activate_licence', { email, ...terms, number_of_users: 20 })).toEqual(registered)
      expect((await admin('check_user', { email })).data).toMatchObject({ number_of_users: '20', status: 'active' })
      const past = { ...terms, sub_end_date: '2020-12-31' }
      expect(await admin('activate_licence', { email, ...past })).toEqual(registered)
      expect(await admin('check_license', { email })).toEqual(said('license has expired', '0'))
    })

    it('say what is missing or makes no sense, and are for service keys only', async () => {
      const { email, apikey } = await newPerson(client)
      for (const name of ['add_user_licence', 'activate_licence']) {
        for (const field of ['email', ...Object.keys(terms)])
          expect(await admin(name, { email, ...terms, [field]: null })).toEqual(
            said(`${field} cannot be Null or an empty String`),
          )
        for (const wrong of [
          { sub_end_date: '2019-12-31' },
          { sub_end_date: 'tomorrow' },
          { number_of_users: '1' },
          { number_of_users: '-1' },
          { no_of_paid_users: '1.5' },
          { amount_paid: 'much' },
        ]) {
          const answer = await admin(name, { email, ...terms, ...wrong })
          expect(answer).toMatchObject({
            status: 200,
            code: '1',
            message: expect.stringMatching(/^Unable to Create License ./),
          })
        }
        expect(await admin(name, { ...terms, email: 'no@example.org' })).toEqual(said('User Not Found'))
      }
      for (const name of [
        'add_user_licence',
        'activate_licence',
        'deactivate_licence',
        'check_user',
        'check_license',
        'add_evault_user',
      ])
        expect((await ask(client, name, { email, ...terms, apikey })).status).toBe(401)
      const path = `/api/v1/lokdon/check_license?email=${encodeURIComponent(email)}`
      expect(await ask(client, path, undefined, { authorization: host().service }, 'GET')).toEqual(
        said('User Not Found'),
      )
    })

    it('add_evault_user keeps a person once', async () => {
      const { email } = registration()
      const person = { email, first_name: 'Eva', passport: 'P1', fingerprint_id: 'f', zip_code: 12345 }
      expect(await admin('add_evault_user', person)).toEqual(said('User Registered Successfully', '0'))
      expect(await admin('add_evault_user', { ...person, email: email.toUpperCase() })).toEqual(
        said('User Matching Email Already Exists'),
      )
      expect(await admin('add_evault_user', { ...person, email: '' })).toEqual(
        said('email cannot be Null or an empty String'),
      )
      expect((await admin('add_evault_user', { ...person, email: 'x' })).status).toBe(400)
    })
  },
)

describePayments(
  'encrypted fields',
  () => ({}),
  (client) => {
    it('come in and go out in the envelope, and a key that was given so takes no plain ones', async () => {
      const { publicKey } = (await client.request('GET', '/publickeys')).json as { publicKey: string }
      const pair = newKeyPair()
      const envelope = await clientEnvelope(pair, publicKey)
      const headers = { publickey: pair.publicKey }
      const seal = async (fields: Record<string, string>) =>
        Object.fromEntries(
          await Promise.all(Object.entries(fields).map(async ([name, value]) => [name, await envelope.encrypt(value)])),
        )
      const { imei, dob, ...secret } = registration()
      const registered = await ask(client, 'register', { ...(await seal(secret)), imei, dob }, headers)
      expect(registered).toMatchObject({ status: 200, code: '0' })
      const { email, password } = secret
      const login = await ask(client, '/api/auth/login/', { ...(await seal({ email, password })), imei }, headers)
      expect(login.data.email).not.toBe(email)
      expect(await envelope.decrypt(login.data.email)).toBe(email)
      expect(login.data.mpin).toBe('')
      const apikey = await envelope.decrypt(login.data['api-key'])
      expect((await ask(client, 'getwalletinfo', { email, apikey })).status).toBe(403)
      const mine = await seal({ email })
      const made = await ask(client, 'createwallet', { ...mine, apikey, imei }, headers)
      expect(await envelope.decrypt(made.data.balance)).toBe('0.25')
      const encrypted = await seal({
        email,
        apikey,
        transaction_reference: `e-${email}`,
        amount: '1',
        currency: 'USD',
        payment_gateway: 'g',
      })
      const created = await ask(client, 'create_transaction', { ...encrypted, transaction_type: 'DEPOSIT' }, headers)
      expect(created.code).toBe('0')
      const pin = await seal({ email, mpin: '7765', encryptedmpin: '7765' })
      await ask(client, 'setpin', { ...pin, apikey }, headers)
      const checked = await ask(client, 'checkpin', { ...pin, apikey }, headers)
      expect(await envelope.decrypt(checked.data)).toBe('7765')
      for (const bad of [email, 'AAAA', `${String(mine['email']).slice(0, -4)}AAA=`, ''])
        expect((await ask(client, 'createwallet', { email: bad, apikey, imei }, headers)).status).toBe(400)
      for (const publickey of ['x', Buffer.alloc(64).toString('base64'), Buffer.alloc(65, 4).toString('base64')])
        expect((await ask(client, 'createwallet', { ...mine, apikey, imei }, { publickey })).status).toBe(400)
    })
  },
)

describePayments(
  'a host that requires encryption',
  () => ({ payments: { requireEncryption: true } }),
  (client) => {
    it('refuses plain fields', async () => {
      expect((await ask(client, 'register', registration())).status).toBe(403)
    })
  },
  one,
)

describePayments(
  'a host with other rules',
  () => ({
    payments: {
      openingGrant: 'off',
      requirePin: true,
      maxPendingPayments: 2,
      dataForm: 'object',
      externalReceivers: 'invite',
      currency: 'EUR',
    },
  }),
  (client, host) => {
    it('asks for the PIN, lets two payments be pending, and invites who is not there', async () => {
      const [from, to] = [await newPerson(client), await newPerson(client)]
      expect(await balance(client, from)).toEqual({ balance: '0.00', held: '0.00' })
      await credit(client, host().service, from, '10', `eur-${from.email}`)
      const { email, apikey } = from
      await ask(client, 'setpin', { email, apikey, mpin: '7765' })
      expect((await open(client, from, to, '1')).status).toBe(400)
      expect((await open(client, from, to, '1', { mpin: '7766' })).status).toBe(403)
      expect((await open(client, from, to, '1', { mpin: '7765' })).code).toBe('0')
      const form = registration()
      const guest = { ...form, phone: form.phone_number, apikey: '' }
      const invited = await open(client, from, guest, '2', { mpin: '7765' })
      expect(invited).toMatchObject({
        code: '0',
        message: 'User is external to Lokdon network',
        data: { profile: '1' },
      })
      expect((await open(client, from, to, '1', { mpin: '7765' })).status).toBe(409)
      await host().billfold.deliver()
      expect(host().messages).toContainEqual({
        topic: 'payments.invited',
        payload: {
          role: 'receiver',
          email: guest.email,
          phone: guest.phone,
          payment: invited.data.sessionid,
          amount: '2.00',
          currency: 'EUR',
        },
      })
      await ask(client, 'register', form)
      const { data } = await ask(client, '/api/auth/login/', form)
      const joined = { ...guest, apikey: data['api-key'] as string }
      const payment = { from, to: joined, amount: '2', session: invited.data.sessionid as string }
      expect((await confirm(client, 'A', payment)).message).toBe('No Pending Payments for you')
      const userId = await userIdOf(host(), joined.email)
      expect(await host().billfold.payments.takeInvitations(userId)).toEqual([payment.session])
      const { data: lines } = await ask(client, 'transactions', { api_key: from.apikey })
      expect(lines[0]).toMatchObject({ sessionid: payment.session, remote_mobile: joined.phone })
      expect((await confirm(client, 'A', payment)).data.status).toBe('0')
      expect((await confirm(client, 'B', payment)).data.status).toBe('1')
      expect((await host().billfold.payments.audit()).findings).toEqual([])
    })
  },
  one,
)

/** The id that the host was told when somebody registered. */
async function userIdOf(host: PaymentsHost, email: string): Promise<string> {
  await host.billfold.deliver()
  const told = host.messages.find(({ topic, payload }) => topic === 'payments.registered' && payload['email'] === email)
  return String(told?.payload['userId'])
}

describePayments(
  'a receiver with a proof key',
  () => ({}),
  (client) => {
    const privateKey = secp256k1.generatePrivateKey()
    const proof_key = Buffer.from(secp256k1.publicKeyOf(privateKey)).toString('hex')

    it('must prove it for the very payment, and a change of the key cancels what is pending', async () => {
      const [from, to] = [await newPerson(client), await newPerson(client)]
      const register = (more: object) => ask(client, 'updateprofile', { apikey: to.apikey, proof_key, ...more })
      expect((await register({})).status).toBe(401)
      expect((await register({ password: to.password, proof_key: 'zz' })).status).toBe(400)
      expect((await register({ password: to.password })).code).toBe('0')
      const session: string = (await open(client, from, to, '0.10')).data.sessionid
      const payment = { from, to, amount: '0.10', session }
      const context = { session, amount: '0.10', from: from.phone, to: to.phone }
      const prove = (more: object) => ({ proof: provePaymentKey(privateKey, { ...context, ...more }) })
      expect((await confirm(client, 'A', payment)).status).toBe(403)
      expect((await confirm(client, 'A', payment, prove({ amount: '0.11' }))).status).toBe(403)
      expect((await confirm(client, 'A', payment, prove({ session: 'other' }))).status).toBe(403)
      expect((await confirm(client, 'A', payment, prove({}))).code).toBe('0')
      expect((await confirm(client, 'B', payment)).data.status).toBe('1')

      const second: string = (await open(client, from, to, '0.10')).data.sessionid
      expect(await balance(client, from)).toEqual({ balance: '0.05', held: '0.10' })
      const removal = { apikey: to.apikey, remove_proof_key: 'true', password: to.password }
      expect((await ask(client, 'updateprofile', removal)).code).toBe('0')
      expect(await balance(client, from)).toEqual({ balance: '0.15', held: '0.00' })
      expect((await confirm(client, 'B', { ...payment, session: second })).message).toBe('No Pending Payments for you')
    })
  },
)

describe('the rules of a host', () => {
  it('are refused at once when they make no sense', async () => {
    for (const payments of [
      { openingGrant: '0.001' },
      { currency: 'NONE' },
      { maxPendingPayments: 0 },
      { paymentSeconds: 1.5 },
      { mostAmount: 'much' },
      { currencies: { lok: { decimals: 2 } } },
      { currencies: { LOK: { decimals: 19 } } },
    ])
      await expect(paymentsHost(undefined, { payments })).rejects.toThrow(Error)
  })
})
