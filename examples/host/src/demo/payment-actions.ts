import { z } from 'zod'
import { type DemoAction, defineAction } from './demo-action.ts'
import { type ActionContext, callInProcess, DemoError } from './context.ts'

/** Addresses of users registered by the console. The domain is reserved (RFC 2606). */
const email = z.email({ pattern: /^[a-z]+-\d{1,10}@demo\.example$/ })

/** Action: read balances and ledger entries in process. */
export const paymentDemoActions: Readonly<Record<string, DemoAction>> = {
  'payments/ledger': defineAction(z.object({ emails: z.array(email).min(1).max(2) }), async ({ emails }, context) =>
    Promise.all(emails.map((address) => readLedger(address, context))),
  ),
}

async function readLedger(value: string, context: ActionContext): Promise<unknown> {
  const { users, payments } = context.billfold
  const user = await users.find({ kind: 'email', value })
  if (user === undefined) throw new DemoError('No user has this email address')
  const readEntries = (kind: 'available' | 'held') =>
    callInProcess(
      context,
      `await billfold.payments.ledger.entries('USD', { kind: '${kind}', owner }, { limit: 20 })`,
      () => payments.ledger.listEntries('USD', { kind, owner: user.id }, { limit: 20 }),
    )
  const [balances] = await payments.ledger.listBalances(user.id)
  return { balances, available: await readEntries('available'), held: await readEntries('held') }
}
