import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { z } from 'zod'
import { inTransaction, run, runOnce } from './bare-statements.ts'
import { blindIndex } from './payment-bare-crypto.ts'
import { authenticate, move, type Person, record, requireValidKey } from './payment-bare-writes.ts'

const body = z.object({
  apikey: z.string().length(43),
  sender_email: z.string().max(320),
  recv_email: z.string().max(320),
  recv_mobile: z.string().max(32),
  amount: z.string().regex(/^\d{1,12}(?:\.\d{1,2})?$/),
  transaction_reference: z.string().regex(/^[!-~]{1,128}$/),
})

const dayMs = 24 * 60 * 60 * 1000

/** Parses a decimal amount into cents. */
export function parseCents(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.')
  return BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'))
}

/** Creates a payment and holds its amount. */
export async function create(pool: pg.Pool, input: unknown): Promise<{ readonly sessionid: string }> {
  const { apikey, sender_email, recv_email, recv_mobile, amount: text, transaction_reference } = body.parse(input)
  const sender = await authenticate(pool, apikey)
  if (sender.email_index !== blindIndex(sender_email)) throw new Error('not the sender')
  const contacts = [blindIndex(recv_email), blindIndex(recv_mobile)]
  const [receiver] = await run<Person>(
    pool,
    'receiver',
    'select * from people where email_index = $1 and phone_index = $2 and archived_at is null',
    contacts,
  )
  if (receiver === undefined || receiver.id === sender.id) throw new Error('no receiver')
  const expired = await run(
    pool,
    'expired',
    "select id from payments where sender_id = $1 and state = 'pending' and expires_at <= $2 limit 1",
    [sender.id, Date.now()],
  )
  if (expired.length > 0) throw new Error('expired payments are not part of the comparison')
  const amount = parseCents(text)
  const content = blindIndex(JSON.stringify([amount.toString(), ...contacts]))
  return inTransaction(pool, (client) =>
    hold(client, { apikey, sender, receiver, amount, content, reference: blindIndex(transaction_reference) }),
  )
}

interface Hold {
  readonly apikey: string
  readonly sender: Person
  readonly receiver: Person
  readonly amount: bigint
  readonly content: string
  readonly reference: string
}

async function hold(client: pg.PoolClient, { apikey, sender, receiver, amount, content, reference }: Hold) {
  const [id, now] = [randomUUID(), Date.now()]
  await requireValidKey(client, apikey, sender)
  const claimed = await run(
    client,
    'claim',
    'insert into payment_references values ($1, $2, $3, $4) on conflict do nothing returning 1',
    [sender.id, reference, id, content],
  )
  if (claimed.length === 0) return repeat(client, sender, reference, content)
  await runOnce(client, 'pending', 'update people set pending = pending + 1 where id = $1 and pending < 1', [sender.id])
  await runOnce(
    client,
    'payment',
    `insert into payments (id, sender_id, receiver_id, currency, amount, state, created_at, expires_at)
      values ($1, $2, $3, 'USD', $4, 'pending', $5, $6)`,
    [id, sender.id, receiver.id, amount, now, now + dayMs],
  )
  await run(
    client,
    'lines',
    `insert into statement_lines values
      ($2, $1, 'debit', $3, 'USD', $4, 'pending', $5), ($3, $1, 'credit', $2, 'USD', $4, 'pending', $5)`,
    [id, sender.id, receiver.id, amount, now],
  )
  await runOnce(client, 'hold', "insert into holds values ($1, $2, 'USD', $3, 'pending', $4, null)", [
    id,
    sender.id,
    amount,
    now,
  ])
  const accounts = { from: `${sender.id} available`, to: `${sender.id} held` }
  await move(client, { ...accounts, amount, kind: 'payment.held', subject: id })
  await record(client, 'payment.created', id, sender, [sender, receiver])
  return { sessionid: id }
}

async function repeat(client: pg.PoolClient, { id }: Person, reference: string, content: string) {
  const [earlier] = await run<{ payment_id: string; content_hash: string }>(
    client,
    'earlier',
    'select payment_id, content_hash from payment_references where user_id = $1 and reference_index = $2',
    [id, reference],
  )
  if (earlier?.content_hash !== content) throw new Error('reference reused')
  return { sessionid: earlier.payment_id }
}
