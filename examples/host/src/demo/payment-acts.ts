import { z } from 'zod'
import { type Act, act } from './act.ts'
import { type Acting, callInProcess, Refused } from './setup.ts'

/** Those that the console registers people with: nobody else has an address there (RFC 2606). */
const email = z.email({ pattern: /^[a-z]+-\d{1,10}@demo\.example$/ })

/** The books, as the host reads them in its own process: what somebody has, and what came and went. */
export const paymentActs: Readonly<Record<string, Act>> = {
  'payments/ledger': act(z.object({ emails: z.array(email).min(1).max(2) }), async ({ emails }, acting) =>
    Promise.all(emails.map((one) => bookOf(one, acting))),
  ),
}

async function bookOf(value: string, acting: Acting): Promise<unknown> {
  const { users, payments } = acting.billfold
  const user = await users.find({ kind: 'email', value })
  if (user === undefined) throw new Refused('Nobody has this email')
  const read = (kind: 'available' | 'held') =>
    callInProcess(
      acting,
      `await billfold.payments.ledger.entries('USD', { kind: '${kind}', owner }, { limit: 20 })`,
      () => payments.ledger.entries('USD', { kind, owner: user.id }, { limit: 20 }),
    )
  const [balances] = await payments.ledger.balancesOfUser(user.id)
  return { balances, available: await read('available'), held: await read('held') }
}
