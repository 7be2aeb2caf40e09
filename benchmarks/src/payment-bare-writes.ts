import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { run, runOnce } from './bare-statements.ts'
import { hashKey, open, seal } from './payment-bare-crypto.ts'

/** A row of `people`. */
export interface Person {
  readonly id: string
  readonly email_index: string
  readonly phone_index: string
  readonly sealed_email: Buffer
  readonly sealed_phone: Buffer
}

/** Authenticates the owner of an API key. */
export async function authenticate(pool: pg.Pool, apiKey: string): Promise<Person> {
  const [caller] = await run<Person>(
    pool,
    'caller',
    `select p.* from api_keys k join people p on p.id = k.user_id
      where k.id = $1 and k.expires_at > $2 and p.archived_at is null`,
    [hashKey(apiKey), Date.now()],
  )
  if (caller === undefined) throw new Error('unauthenticated')
  return caller
}

/** Fails if the key was revoked or its owner archived meanwhile. */
export function requireValidKey(client: pg.PoolClient, apiKey: string, { id }: Person): Promise<void> {
  return runOnce(
    client,
    'valid key',
    `select 1 from api_keys k join people p on p.id = k.user_id
      where k.id = $1 and p.id = $2 and p.archived_at is null for update`,
    [hashKey(apiKey), id],
  )
}

/** Moves money between two accounts: balances, the transfer and its two entries. */
export async function move(
  client: pg.PoolClient,
  { from, to, amount, kind, subject }: Record<'from' | 'to' | 'kind' | 'subject', string> & { readonly amount: bigint },
): Promise<string> {
  const id = randomUUID()
  await runOnce(
    client,
    'debit',
    'update accounts set balance = balance - $2, entries = entries + 1 where id = $1 and balance >= $2',
    [from, amount],
  )
  await runOnce(client, 'credit', 'update accounts set balance = balance + $2, entries = entries + 1 where id = $1', [
    to,
    amount,
  ])
  await runOnce(client, 'transfer', 'insert into transfers values ($1, $2, $3, $4, $5)', [
    id,
    kind,
    'USD',
    subject,
    Date.now(),
  ])
  await run(client, 'entries', 'insert into entries values ($1, 0, $2, $3), ($1, 1, $4, $5)', [
    id,
    from,
    -amount,
    to,
    amount,
  ])
  return id
}

/** Records a step: audit record, event, and a sealed message to each party. */
export async function record(
  client: pg.PoolClient,
  action: string,
  paymentId: string,
  { id: actor }: Person,
  parties: readonly Person[],
): Promise<void> {
  const at = Date.now()
  await runOnce(client, 'audit', 'insert into audit_records values ($1, $2, $3, $4, $5, null)', [
    randomUUID(),
    at,
    action,
    actor,
    paymentId,
  ])
  await runOnce(client, 'event', 'insert into events values ($1, $2, $3, $4)', [
    randomUUID(),
    action,
    at,
    JSON.stringify({ paymentId, parties: parties.map(({ id }) => id) }),
  ])
  const messages = parties.flatMap((person) => {
    const payload = { payment: paymentId, email: open(person.sealed_email), phone: open(person.sealed_phone) }
    return [randomUUID(), person.id, seal(JSON.stringify(payload))]
  })
  await run(
    client,
    'outbox',
    `insert into outbox (id, topic, subject, user_id, sealed_payload, created_at, next_try_at)
      values ($4, $1, $2, $5, $6, $3, $3), ($7, $1, $2, $8, $9, $3, $3)`,
    [action, paymentId, at, ...messages],
  )
}
