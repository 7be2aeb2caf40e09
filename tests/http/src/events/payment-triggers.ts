import type { EventType } from '@billfold/core'
import { inMemoryDriver } from '../in-memory-driver.ts'
import {
  callEndpoint,
  confirmPayment,
  createPayment,
  creditUser,
  registerUser,
  registration,
} from '../payments/payments-client.ts'
import type { EventHost, EventTrigger } from './event-host.ts'

/** A valid proof key: the generator of secp256k1, compressed. */
const generator = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'

const day = 24 * 60 * 60 * 1000

async function payment(setup: EventHost) {
  const client = inMemoryDriver(setup.billfold.payments)
  const [from, to] = [await registerUser(client), await registerUser(client)]
  await creditUser(client, setup.authorization, from, '10', `credit-${from.email}`)
  const opening = () => createPayment(client, from, to, '1')
  const opened = async () => ({ from, to, amount: '1', session: (await opening()).data.sessionid as string })
  return { client, from, to, opening, opened }
}

/** Prepares a deposit or withdrawal: the operation that creates it, and the one that ends it. */
async function funding(setup: EventHost, type: 'DEPOSIT' | 'WITHDRAWAL') {
  const { client, from } = await payment(setup)
  const reference = { email: from.email, transaction_reference: `f-${from.email}`, amount: '1' }
  const more = { apikey: from.apikey, transaction_type: type, currency: 'USD', payment_gateway: 'test' }
  const create = () => callEndpoint(client, 'create_transaction', { ...reference, ...more })
  const end = (status: string) =>
    callEndpoint(client, 'update_transaction', { ...reference, status }, { authorization: setup.authorization })
  return { create, end }
}

function noted(type: 'DEPOSIT' | 'WITHDRAWAL'): EventTrigger {
  return async (setup) => (await funding(setup, type)).create
}

function ended(type: 'DEPOSIT' | 'WITHDRAWAL', status: string): EventTrigger {
  return async (setup) => {
    const { create, end } = await funding(setup, type)
    await create()
    return () => end(status)
  }
}

const terms = {
  user_category: 'company',
  amount_paid: '10.00',
  number_of_users: '10',
  no_of_paid_users: '5',
  no_of_default_users: 2,
  sub_start_date: '2026-01-01',
  sub_end_date: '2030-12-31',
}

async function subscriber(setup: EventHost) {
  const client = inMemoryDriver(setup.billfold.payments)
  const { email } = await registerUser(client)
  return (endpoint: string, more: object = {}) =>
    callEndpoint(client, endpoint, { email, ...more }, { authorization: setup.authorization })
}

async function credentials(setup: EventHost) {
  const client = inMemoryDriver(setup.billfold.payments)
  const user = await registerUser(client)
  const { email, password, apikey } = user
  const call = (endpoint: string, more: object) => callEndpoint(client, endpoint, { email, apikey, ...more })
  const logIn = (typed: string, imei: string) =>
    callEndpoint(client, '/api/auth/login/', { email, password: typed, imei, appid: '1' })
  return { password, call, logIn }
}

/** Triggers for the events of the payments API. */
export const paymentTriggers = {
  'payment-password.changed': async (setup) => {
    const { call, password } = await credentials(setup)
    const change = { password: 'another horse battery', old_password: password, appid: '1' }
    return () => call('/api/auth/changepass/', change)
  },
  'payment-pin.set': async (setup) => {
    const { call } = await credentials(setup)
    return () => call('setpin', { mpin: '776655' })
  },
  'payment-device.added': async (setup) => {
    const { logIn, password } = await credentials(setup)
    return () => logIn(password, 'a new device')
  },
  'payment-proof-key.changed': async (setup) => {
    const { call, password } = await credentials(setup)
    return () => call('updateprofile', { proof_key: generator, password })
  },
  'payment-credential.locked': async (setup) => {
    const { logIn } = await credentials(setup)
    return async () => {
      for (let attempt = 0; attempt < 11; attempt++) await logIn(`wrong ${attempt}`, '')
    }
  },
  'payment.requested': async (setup) => (await payment(setup)).opening,
  'payment.claimed': async (setup) => {
    const { client, from } = await payment(setup)
    const form = registration()
    await createPayment(client, from, { ...form, phone: form.phone_number, apikey: '' }, '1')
    await callEndpoint(client, 'register', form)
    const writes = setup.storage.batchesWith('user.created').at(-1)?.writes
    const event = writes?.find((write) => write.kind === 'insert' && write.table.name === 'events')
    const { userId } = JSON.parse(String(event?.kind === 'insert' ? event.row['data'] : '{}')) as { userId: string }
    return () => setup.billfold.payments.claimInvitations(userId)
  },
  'user.contact-verified': async (setup) => {
    const { from } = await payment(setup)
    const user = await setup.billfold.users.find({ kind: 'email', value: from.email })
    const contact = { kind: 'email', value: `new-${from.email}` } as const
    return () => setup.billfold.users.contactVerified(user?.id ?? '', contact)
  },
  'payment.confirmed': async (setup) => {
    const { client, opened } = await payment(setup)
    const made = await opened()
    return () => confirmPayment(client, 'A', made)
  },
  'payment.completed': async (setup) => {
    const { client, opened } = await payment(setup)
    const made = await opened()
    await confirmPayment(client, 'A', made)
    return () => confirmPayment(client, 'B', made)
  },
  'payment.expired': async (setup) => {
    await (await payment(setup)).opened()
    setup.advanceClock(day + 1)
    return () => setup.billfold.maintain()
  },
  'payment.cancelled': async (setup) => {
    const { client, to, opened } = await payment(setup)
    await opened()
    const proof_key = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
    return () => callEndpoint(client, 'updateprofile', { apikey: to.apikey, proof_key, password: to.password })
  },
  'payment-wallet.created': async (setup) => {
    const client = inMemoryDriver(setup.billfold.payments)
    const form = registration()
    await callEndpoint(client, 'register', form)
    const { data } = await callEndpoint(client, '/api/auth/login/', form)
    return () => callEndpoint(client, 'createwallet', { email: form.email, apikey: data['api-key'], imei: form.imei })
  },
  'deposit.created': noted('DEPOSIT'),
  'deposit.completed': ended('DEPOSIT', 'SUCCESS'),
  'deposit.failed': ended('DEPOSIT', 'FAILED'),
  'withdrawal.created': noted('WITHDRAWAL'),
  'withdrawal.completed': ended('WITHDRAWAL', 'SUCCESS'),
  'withdrawal.failed': ended('WITHDRAWAL', 'CANCELLED'),
  'subscription.added': async (setup) => {
    const admin = await subscriber(setup)
    return () => admin('add_user_licence', terms)
  },
  'subscription.renewed': async (setup) => {
    const admin = await subscriber(setup)
    await admin('add_user_licence', terms)
    return () => admin('activate_licence', terms)
  },
  'subscription.deactivated': async (setup) => {
    const admin = await subscriber(setup)
    await admin('add_user_licence', terms)
    return () => admin('deactivate_licence')
  },
} satisfies { readonly [Type in EventType]?: EventTrigger }
