import { balancesOfUser } from '../ledger/index.ts'
import type { Services } from '../services.ts'
import { remove, update } from '../storage/index.ts'
import { subscriptions } from '../subscriptions/table.ts'
import { findSubscription } from '../subscriptions/subscriptions.ts'
import type { Erasure, PersonalData, UserKey } from '../users/personal-data.ts'
import { openProfile, sealProfile } from './people.ts'
import { statementOf } from './statements.ts'
import { paymentApiKeys, paymentProfiles, typedSecrets } from './tables.ts'

/** Most lines of an export; a host that needs more pages through the list of transactions. */
const mostLines = 10_000

/**
 * What payments know of a person. Erasing empties the profile and ends keys, password and PIN. What was paid stays, without a name: the
 * books must balance, and what is pending must still find its way back.
 */
export const paymentsData: PersonalData = {
  name: 'payments',
  collect: async (services, { tenant, userId }) => {
    const [row] = await services.storage.find(paymentProfiles, { where: { userId, tenant }, limit: 1 })
    if (row === undefined) return undefined
    const balances = await balancesOfUser(services, tenant, userId)
    const lines = await statementOf(services, userId, { limit: mostLines })
    const subscription = await findSubscription(services, tenant, userId)
    return {
      profile: await openProfile(services, row),
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
      ...(subscription !== undefined && { subscription }),
    }
  },
  erase,
}

async function erase(services: Services, { tenant, userId }: UserKey): Promise<Erasure> {
  const nobody = { firstName: '', lastName: '', address: '', dob: '' }
  const sealedProfile = await sealProfile(services, tenant, userId, nobody)
  return {
    writes: [
      update(paymentProfiles, {
        where: { userId, tenant },
        set: { sealedProfile, proofKey: null },
        add: { version: 1 },
        hits: 'any',
      }),
      remove(typedSecrets, { where: { userId, tenant }, hits: 'any' }),
      remove(paymentApiKeys, { where: { userId, tenant }, hits: 'any' }),
      remove(subscriptions, { where: { userId, tenant }, hits: 'any' }),
    ],
  }
}
