import { randomBytes, randomUUID } from 'node:crypto'
import express from 'express'
import pg from 'pg'
import { blindIndex, hashKey, seal } from './payment-bare-crypto.ts'
import { confirm } from './payment-bare-confirm.ts'
import { create } from './payment-bare-create.ts'
import { barePaymentTables } from './payment-bare-tables.ts'
import type { PayingPair, PreparedPairs } from './payment-pairs.ts'
import type { ServedApi } from './serve-compared.ts'

/**
 * A handwritten payment with the guarantees of the payments API: an API key that is still valid at the commit, an idempotency
 * reference, a hold, two legs, double entry, statement lines, audit records, events, and sealed messages in an outbox.
 */
export async function barePayments(url: string, count: number): Promise<ServedApi<PreparedPairs>> {
  const pool = new pg.Pool({ connectionString: url })
  await pool.query(barePaymentTables)
  const app = express().disable('etag').disable('x-powered-by')
  const json = express.json({ limit: 64 * 1024 })
  app.post('/api/v1/lokdon/createsession', json, async (request, response) => {
    response.set('cache-control', 'no-store').json({ data: await create(pool, request.body) })
  })
  app.post('/api/v1/lokdon/confirmpayment', json, async (request, response) => {
    response.set('cache-control', 'no-store').json({ data: await confirm(pool, request.body) })
  })
  return {
    listener: app,
    prepare: async () => {
      const pairs: PayingPair[] = []
      for (let number = 0; number < count; number++) pairs.push(await createPair(pool, number))
      return { pairs }
    },
  }
}

async function createPair(pool: pg.Pool, number: number): Promise<PayingPair> {
  const from = await createUser(pool, `sender${number}@example.org`, `+1555${1000 + number}`)
  const to = await createUser(pool, `receiver${number}@example.org`, `+1666${1000 + number}`)
  const [lower, higher] = [from.id, to.id].toSorted()
  await pool.query('insert into known_counterparties values ($1, $2)', [lower, higher])
  const apikey = randomBytes(32).toString('base64url')
  await pool.query('insert into api_keys values ($1, $2, $3)', [hashKey(apikey), from.id, Date.now() + 86_400_000])
  return { apikey, from, to }
}

async function createUser(pool: pg.Pool, email: string, phone: string) {
  const id = randomUUID()
  await pool.query(
    'insert into people (id, email_index, phone_index, sealed_email, sealed_phone) values ($1, $2, $3, $4, $5)',
    [id, blindIndex(email), blindIndex(phone), seal(email), seal(phone)],
  )
  for (const [kind, balance] of [
    ['available', 1_000_000],
    ['held', 0],
  ])
    await pool.query('insert into accounts (id, owner, kind, balance) values ($1, $2, $3, $4)', [
      `${id} ${kind}`,
      id,
      kind,
      balance,
    ])
  return { id, email, phone }
}
