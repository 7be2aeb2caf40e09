import type pg from 'pg'
import { z } from 'zod'
import { inTransaction, run, runOnce } from './bare-statements.ts'
import { parseCents } from './payment-bare-create.ts'
import { blindIndex } from './payment-bare-crypto.ts'
import { authenticate, move, type Person, record, requireValidKey } from './payment-bare-writes.ts'

const body = z.object({
  apikey: z.string().length(43),
  amount: z.string().regex(/^\d{1,12}(?:\.\d{1,2})?$/),
  from_phone: z.string().max(32),
  to_mobile: z.string().max(32),
  payment_leg: z.enum(['A', 'B']),
  session: z.uuid(),
})

interface Payment {
  readonly id: string
  readonly sender_id: string
  readonly receiver_id: string
  readonly amount: string
  readonly state: string
  readonly sender_confirmed_at: string | null
  readonly receiver_confirmed_at: string | null
  readonly expires_at: string
  readonly version: number
}

/** Confirms a payment for one party, and completes it if both have confirmed, or know each other. */
export async function confirm(pool: pg.Pool, input: unknown): Promise<{ readonly status: '0' | '1' }> {
  const { apikey, amount, from_phone, to_mobile, payment_leg: leg, session } = body.parse(input)
  const caller = await authenticate(pool, apikey)
  const [payment] = await run<Payment>(pool, 'find payment', 'select * from payments where id = $1', [session])
  if (payment === undefined) throw new Error('no payment')
  const people = await run<Person>(pool, 'parties', 'select * from people where id = any($1)', [
    [payment.sender_id, payment.receiver_id],
  ])
  const sender = people.find(({ id }) => id === payment.sender_id)
  const receiver = people.find(({ id }) => id === payment.receiver_id)
  if (sender === undefined || receiver === undefined) throw new Error('no parties')
  const isParty = caller.id === (leg === 'B' ? sender : receiver).id
  const matches = sender.phone_index === blindIndex(from_phone) && receiver.phone_index === blindIndex(to_mobile)
  if (!isParty || !matches || parseCents(amount) !== BigInt(payment.amount)) throw new Error('no such payment')
  if (payment.state === 'completed') return { status: '1' }
  if (payment.state !== 'pending' || Number(payment.expires_at) <= Date.now()) throw new Error('payment has ended')
  const [lower, higher] = [sender.id, receiver.id].toSorted()
  const known = await run(pool, 'known', 'select 1 from known_counterparties where lower_id = $1 and higher_id = $2', [
    lower,
    higher,
  ])
  const confirmed = { B: payment.sender_confirmed_at !== null, A: payment.receiver_confirmed_at !== null, [leg]: true }
  const completes = confirmed.B && (known.length > 0 || confirmed.A)
  await inTransaction(pool, async (client) => {
    await requireValidKey(client, apikey, caller)
    await (completes ? complete(client, payment, leg) : confirmLeg(client, payment, leg))
    const action = completes ? 'payment.completed' : 'payment.confirmed'
    await record(client, action, payment.id, caller, [sender, receiver])
  })
  return { status: completes ? '1' : '0' }
}

const columns = { A: 'receiver_confirmed_at', B: 'sender_confirmed_at' } as const

function confirmLeg(client: pg.PoolClient, { id, version }: Payment, leg: 'A' | 'B'): Promise<void> {
  return runOnce(
    client,
    `confirm ${leg}`,
    `update payments set ${columns[leg]} = $3, version = version + 1 where id = $1 and state = 'pending' and version = $2`,
    [id, version, Date.now()],
  )
}

async function complete(client: pg.PoolClient, payment: Payment, leg: 'A' | 'B'): Promise<void> {
  const { id, sender_id, receiver_id, version, amount } = payment
  const now = Date.now()
  await runOnce(client, 'ended', 'update people set pending = pending - 1 where id = $1 and pending > 0', [sender_id])
  await runOnce(
    client,
    'capture',
    "update holds set state = 'captured', ended_at = $2 where id = $1 and state = 'pending'",
    [id, now],
  )
  const accounts = { from: `${sender_id} held`, to: `${receiver_id} available` }
  const transferId = await move(client, { ...accounts, amount: BigInt(amount), kind: 'payment.completed', subject: id })
  await runOnce(
    client,
    `complete ${leg}`,
    `update payments set state = 'completed', ${columns[leg]} = $3, ended_at = $3, transfer_id = $4, version = version + 1
      where id = $1 and state = 'pending' and version = $2`,
    [id, version, now, transferId],
  )
  await run(
    client,
    'lines ended',
    "update statement_lines set state = 'completed' where id = $1 and user_id = any($2)",
    [id, [sender_id, receiver_id]],
  )
}
