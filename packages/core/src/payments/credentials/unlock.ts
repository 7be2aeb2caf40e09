import type { Lockout } from '../../platform/lockout.ts'
import { computeAttemptAccount } from './attempt-lanes.ts'
import { resetAttemptsWrite } from './count-attempt.ts'

/** Passwords and PINs of the payments API. */
export const paymentsLockout: Lockout = {
  name: 'payments',
  unlock: async (services, { tenant, userId }) => {
    const kinds = ['password', 'pin'] as const
    const accounts = await Promise.all(kinds.map((kind) => computeAttemptAccount(services, tenant, { userId, kind })))
    return accounts.map(resetAttemptsWrite)
  },
}
