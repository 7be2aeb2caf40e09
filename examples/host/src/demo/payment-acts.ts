import { z } from 'zod'
import { type Act, act } from './act.ts'
import { type Acting, callInProcess, Refused } from './setup.ts'

/** Addresses of users registered by the console. The domain is reserved (RFC 2606). */
const email = z.email({ pattern: /^[a-z]+-\d{1,10}@demo\.example$/ })

/** Action: read balances and ledger entries in process. */
export const paymentActs: Readonly<Record<string, Act>> = {
  'payments/ledger': act(z.object({ emails: z.array(email).min(1).max(2) }), async ({ emails }, context) =>
    Promise.all(emails.map((address) => readLedger(address, context))),
  ),
}

async function readLedger(value: string, context: Acting): Promise<unknown> {
  const { users, payments } = context.billfold
  const user = await users.find({ kind: 'email', value })
  if (user === undefined) throw new Refused('No user has this email address')
  const readEntries = (kind: 'available' | 'held') =>
    callInProcess(
      context,
      `await billfold.payments.ledger.entries('USD', { kind: '${kind}', owner }, { limit: 20 })`,
      () => payments.ledger.entries('USD', { kind, owner: user.id }, { limit: 20 }),
    )
  const [balances] = await payments.ledger.balancesOfUser(user.id)
  return { balances, available: await readEntries('available'), held: await readEntries('held') }
}
