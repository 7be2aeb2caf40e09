import { z } from 'zod'
import { compareOnPostgres } from './compare-on-postgres.ts'
import { type ComparedServer, postJson } from './compared-servers.ts'
import { type PayingPair, payingPair } from './payment-pairs.ts'

// CPU time of a payment on PostgreSQL (createsession, confirmpayment of a known receiver): Billfold on Express, and a bare Express
// route over pg with the same guarantees. The servers take turns: node dist/payment.js [rounds] [payments per round]

const readyShape = z.object({ port: z.number(), pairs: z.array(payingPair) })
const sessionShape = z.object({ data: z.object({ sessionid: z.string() }) })
const completedShape = z.object({ data: z.object({ status: z.literal('1') }) })

type PaymentServer = ComparedServer<{ readonly pairs: readonly PayingPair[] }>

let payments = 0

async function pay(server: PaymentServer, client: number): Promise<void> {
  const pair = server.ready.pairs[client]
  if (pair === undefined) throw new Error('more clients than pairs')
  const { apikey, from, to } = pair
  const reference = `payment-${++payments}`
  const receiver = { recv_email: to.email, recv_mobile: to.phone }
  const create = { apikey, sender_email: from.email, ...receiver, amount: '0.01', transaction_reference: reference }
  const { data } = sessionShape.parse(await postJson(server, '/api/v1/lokdon/createsession', create))
  const legs = { payment_leg: 'B', session: data.sessionid, from_phone: from.phone, to_mobile: to.phone }
  const confirm = { apikey, amount: '0.01', ...legs }
  completedShape.parse(await postJson(server, '/api/v1/lokdon/confirmpayment', confirm))
}

await compareOnPostgres({
  title: 'a payment',
  program: 'payment-server.js',
  ready: readyShape,
  clients: 8,
  operate: pay,
})
