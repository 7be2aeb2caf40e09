import { type Billfold, createBillfold, createPasswordHasher, localKeyring, newId, newKey } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import express from 'express'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { z } from 'zod'
import type { PayingPair, PreparedPairs } from './payment-pairs.ts'
import type { ServedApi } from './serve-compared.ts'

const loginReply = z.object({ data: z.object({ 'api-key': z.string() }) })
const sessionReply = z.object({ data: z.object({ sessionid: z.string() }) })

/** The payments API as a host mounts it. */
export async function billfoldPayments(url: string, count: number): Promise<ServedApi<PreparedPairs>> {
  const pool = new pg.Pool({ connectionString: url, pipeline: true })
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await migrate(kysely, { dialect: 'postgres' })
  const unlimited = { limit: 1_000_000, windowSeconds: 600 }
  const limits = { registrationLimit: unlimited, loginLimit: unlimited }
  const billfold = createBillfold({
    storage: kyselyStorage(kysely, { dialect: 'postgres', pool }),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    // Hashes only what is not measured.
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 } }),
    payments: { contactVerification: 'host', dataFormat: 'object', ...limits },
  })
  return {
    listener: express().disable('etag').disable('x-powered-by').use(expressRouter(billfold.payments)),
    prepare: async (port) => {
      const pairs: PayingPair[] = []
      for (let number = 0; number < count; number++) pairs.push(await createPair(billfold, port, number))
      return { pairs }
    },
  }
}

/** Creates two users who have paid each other. */
async function createPair(billfold: Billfold, port: number, number: number): Promise<PayingPair> {
  const from = await createUser(port, `sender${number}`, `+1555${1000 + number}`)
  const to = await createUser(port, `receiver${number}`, `+1666${1000 + number}`)
  await credit(billfold, from.email)
  const create = { apikey: from.apikey, sender_email: from.email, recv_email: to.email, amount: '0.01' }
  const { data } = sessionReply.parse(await post(port, 'v1/lokdon/createsession', create))
  const legs = { session: data.sessionid, amount: '0.01', from_phone: from.phone, to_mobile: to.phone }
  for (const [leg, { apikey }] of [
    ['B', from],
    ['A', to],
  ] as const)
    await post(port, 'v1/lokdon/confirmpayment', { ...legs, payment_leg: leg, apikey })
  return { apikey: from.apikey, from, to }
}

async function createUser(port: number, name: string, phone: string) {
  const contacts = { email: `${name}@example.org`, phone }
  const names = { username: name, first_name: 'A', last_name: 'B', dob: '1990-01-01' }
  const credentials = { email: contacts.email, password: `correct horse ${name}`, imei: name, appid: '1' }
  await post(port, 'v1/lokdon/register', { ...credentials, phone_number: phone, ...names })
  const { data } = loginReply.parse(await post(port, 'auth/login', credentials))
  const apikey = data['api-key']
  await post(port, 'v1/lokdon/createwallet', { apikey, email: contacts.email, imei: name })
  return { ...contacts, apikey }
}

async function post(port: number, path: string, body: object): Promise<unknown> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return (await fetch(`http://127.0.0.1:${port}/api/${path}`, init)).json()
}

async function credit({ users, payments }: Billfold, email: string): Promise<void> {
  const user = await users.find({ kind: 'email', value: email })
  await payments.ledger.transfer({
    id: newId(),
    currency: 'USD',
    kind: 'credit',
    subject: 'benchmark',
    legs: [
      { account: { kind: 'gateway' }, amount: -1_000_000n },
      { account: { kind: 'available', owner: user?.id ?? '' }, amount: 1_000_000n },
    ],
  })
}
