import { z } from 'zod'
import { type Act, act } from './act.ts'
import { type Acting, callInProcess, Refused } from './ground.ts'

/** The books, as the host reads them in its own process: what somebody has, and what came and went. */
export const paymentActs: Readonly<Record<string, Act>> = {
  'payments/ledger': act(z.object({ emails: z.array(z.email().max(320)).min(1).max(2) }), async ({ emails }, acting) =>
    Promise.all(emails.map((email) => bookOf(email, acting))),
  ),
  'payments/audit': act(z.object({}), (_, acting) =>
    callInProcess(acting, 'await billfold.payments.audit()', () => acting.billfold.payments.audit()),
  ),
}

async function bookOf(email: string, acting: Acting): Promise<unknown> {
  const { users, payments } = acting.billfold
  const user = await users.find({ kind: 'email', value: email })
  if (user === undefined) throw new Refused('Nobody has this email')
  const read = (kind: 'available' | 'held') =>
    callInProcess(
      acting,
      `await billfold.payments.ledger.entries('USD', { kind: '${kind}', owner }, { limit: 20 })`,
      () => payments.ledger.entries('USD', { kind, owner: user.id }, { limit: 20 }),
    )
  const [balances] = await payments.ledger.balancesOfUser(user.id)
  return { email, balances, available: await read('available'), held: await read('held') }
}
