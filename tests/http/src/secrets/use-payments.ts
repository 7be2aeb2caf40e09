import { basicAuthorization } from '../basic-authorization.ts'
import type { JsonValue } from '../json-value.ts'
import { callEndpoint } from '../payments/payments-client.ts'
import type { SecretHost } from './secret-host.ts'

type Post = (name: string, json: object, headers?: Record<string, string>) => Promise<JsonValue>

/** Registers two people, verifies their contacts, and moves money between them. */
export async function usePayments(host: SecretHost): Promise<void> {
  const { secrets, key } = host
  const driver = await host.serve(host.billfold.payments)
  const post: Post = async (name, json, headers = {}) => {
    const { code, message, data } = await callEndpoint(driver, name, json, headers)
    if (code !== '0') throw new Error(`${name}: ${message}`)
    return data
  }
  const service = { authorization: basicAuthorization(key.keyId, key.keySecret) }
  const [from, to] = [await join(host, post, 1), await join(host, post, 2)]
  const credit = secrets.add('the reference of a credit', 'credit-mark-zq20')
  await post('update_balance', { email: from.email, amount: '50.00', transaction_reference: credit }, service)
  const { sessionid } = await post('createsession', {
    apikey: from.apikey,
    sender_email: from.email,
    recv_email: to.email,
    recv_mobile: to.phone_number,
    amount: '2.00',
    mpin: from.mpin,
    transaction_reference: secrets.add('the reference of a payment', 'payment-mark-zq21'),
  })
  const payment = { amount: '2.00', from_phone: from.phone_number, to_mobile: to.phone_number, session: sessionid }
  await post('confirmpayment', { ...payment, apikey: from.apikey, payment_leg: 'B' })
  await post('confirmpayment', { ...payment, apikey: to.apikey, payment_leg: 'A' })
  await post('create_transaction', {
    email: from.email,
    apikey: from.apikey,
    mpin: from.mpin,
    transaction_reference: secrets.add('the reference of a withdrawal', 'withdrawal-mark-zq22'),
    transaction_type: 'WITHDRAWAL',
    amount: '1.00',
    currency: 'USD',
    funding_method: secrets.add('an IBAN', 'DE89370400440532013000'),
    payment_gateway: secrets.add('a gateway', 'gateway-mark-zq23'),
  })
  await post('checkpin', { email: from.email, apikey: from.apikey, encryptedmpin: from.mpin })
  const password = secrets.add('a new password', 'another-horse-zq24')
  const change = { email: from.email, apikey: from.apikey, old_password: from.password, password }
  await post('/api/auth/changepass/', change)
  const wrong = secrets.add('a wrong password', 'wrong-horse-zq25')
  const login = { email: to.email, password: wrong, phone_number: to.phone_number, imei: 'x', appid: '1' }
  await callEndpoint(driver, '/api/auth/login/', login)
  const person = {
    email: secrets.add('the email of an evault user', 'evault-mark-zq26@example.org'),
    passport: secrets.add('a passport', 'PASS-MARK-27'),
  }
  const others = ['first_name', 'last_name', 'username', 'contract_no', 'address', 'state', 'country']
  await post('add_evault_user', { ...Object.fromEntries(others.map((name) => [name, 'x'])), ...person }, service)
}

async function join({ billfold, secrets, notices }: SecretHost, post: Post, number: number) {
  const note = (name: string, value: unknown): string => secrets.add(`${name} of person ${number}`, value)
  const form = {
    email: note('the email', `mail-mark${number}zq30@example.org`),
    password: note('the password', `horse-battery-${number}-zq31`),
    phone_number: note('the phone number', `+15559876${number}41`),
    imei: note('the device', `imei-mark${number}zq32`),
    dob: note('the date of birth', `1937-03-1${number}`),
    username: note('the user name', `name-mark${number}zq33`),
    first_name: note('the first name', `First-mark${number}zq34`),
    last_name: note('the last name', `Last-mark${number}zq35`),
    address: note('the address', `Street-mark ${number} zq36`),
  }
  await post('register', form)
  const { 'api-key': apikey } = await post('/api/auth/login/', { ...form, appid: '1' })
  note('the API key', apikey)
  await billfold.deliver()
  const codes = notices.filter(({ topic }) => topic === 'users.contact-code').map(({ payload }): JsonValue => payload)
  const [byEmail] = codes.filter(({ email }) => email === form.email)
  const [byPhone] = codes.filter(({ phone }) => phone === form.phone_number)
  const emailCode = note('the code for the email', byEmail?.code)
  await post('verifycontact', { email: form.email, apikey, code: emailCode })
  const phoneCode = note('the code for the phone number', byPhone?.code)
  await post('verifycontact', { phone_number: form.phone_number, apikey, code: phoneCode })
  await post('createwallet', { email: form.email, apikey, imei: form.imei })
  const mpin = note('the PIN', `9173648${number}`)
  await post('setpin', { email: form.email, apikey, mpin })
  return { ...form, apikey, mpin }
}
