import { listUserBalances } from './ledger/index.ts'
import { computeAttemptAccount } from './credentials/attempt-lanes.ts'
import { credentialAttempts } from './credentials/attempt-table.ts'
import type { Services } from '../platform/services.ts'
import { remove, update } from '../kernel/storage/index.ts'
import { openGatewayDetails } from './gateway/gateway-details.ts'
import { subscriptions } from './subscriptions/tables.ts'
import { findSubscription } from './subscriptions/subscriptions.ts'
import type { Erasure, PersonalData, UserKey } from '../platform/personal-data.ts'
import { openPaymentProfile, sealPaymentProfile } from './users/profiles.ts'
import { listStatementLines } from './wallets/statements.ts'
import { gatewayTransactions, paymentApiKeys, paymentCredentials, paymentProfiles, payments } from './tables.ts'

/** Maximum number of statement lines in an export. A host that needs more pages through the transactions endpoint. */
const maxLines = 10_000

/**
 * Personal data of the payments API. Erasure empties the profile, deletes API keys, password and PIN, and what was written into deposits
 * and withdrawals: references, gateways and funding methods. Payments
 * remain without a name: the ledger must balance, and pending payments must still be refunded.
 */
export const paymentsPersonalData: PersonalData = {
  name: 'payments',
  tables: [paymentProfiles, subscriptions, gatewayTransactions],
  collect: async (services, { tenant, userId }) => {
    const [row] = await services.storage.find(paymentProfiles, { where: { userId, tenant }, limit: 1 })
    if (row === undefined) return undefined
    const balances = await listUserBalances(services, tenant, userId)
    const lines = await listStatementLines(services, userId, { limit: maxLines })
    const gatewayRows = await services.storage.find(gatewayTransactions, {
      where: { userId, tenant },
      orderBy: [['id', 'desc']],
      limit: maxLines,
    })
    const details = await Promise.all(gatewayRows.map((one) => openGatewayDetails(services, one)))
    const subscription = await findSubscription(services, tenant, userId)
    return {
      profile: await openPaymentProfile(services, row),
      balances: balances.map(({ currency, available, held }) => ({
        currency,
        available: String(available),
        held: String(held),
      })),
      transactions: lines.map(({ id, kind, direction, currency, amount, state, at }) => ({
        id,
        kind,
        direction,
        currency,
        amount: String(amount),
        state,
        at,
      })),
      gatewayTransactions: gatewayRows.map(({ id }, index) => ({ id, ...details[index] })),
      ...(subscription !== undefined && { subscription }),
    }
  },
  erase,
}

async function erase(services: Services, { tenant, userId }: UserKey): Promise<Erasure> {
  const emptyProfile = { firstName: '', lastName: '', address: '', dob: '' }
  const sealedProfile = await sealPaymentProfile(services, tenant, userId, emptyProfile)
  const accounts = await Promise.all(
    (['password', 'pin'] as const).map((kind) => computeAttemptAccount(services, tenant, { userId, kind })),
  )
  return {
    writes: [
      remove(credentialAttempts, { where: { account: { in: accounts } }, expectedRows: 'any' }),
      update(paymentProfiles, {
        where: { userId, tenant },
        set: { sealedProfile, proofKey: null },
        add: { version: 1 },
        expectedRows: 'any',
      }),
      update(gatewayTransactions, { where: { userId, tenant }, set: { sealedDetails: null }, expectedRows: 'any' }),
      // The key of a person. Without it nobody can confirm for them: their API keys are deleted, too.
      update(payments, { where: { receiverId: userId, tenant }, set: { proofKey: null }, expectedRows: 'any' }),
      remove(paymentCredentials, { where: { userId, tenant }, expectedRows: 'any' }),
      remove(paymentApiKeys, { where: { userId, tenant }, expectedRows: 'any' }),
      remove(subscriptions, { where: { userId, tenant }, expectedRows: 'any' }),
    ],
  }
}
