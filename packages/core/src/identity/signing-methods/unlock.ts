import type { Lockout } from '../../platform/lockout.ts'
import { update } from '../../kernel/storage/index.ts'
import { maxFailedAttempts } from './attempt-counter.ts'
import { signingMethods } from './tables.ts'

/** Signing methods, of a user or a standalone wallet. Attempts that are being checked are refunded with the others. */
export const signingMethodsLockout: Lockout = {
  name: 'signing methods',
  unlock: async (_services, { tenant, userId: ownerId }) => [
    update(signingMethods, {
      where: { tenant, ownerId },
      set: { remainingAttempts: maxFailedAttempts, incorrectAttempts: 0, lastAttempt: null, lockedUntil: null },
      expectedRows: 'any',
    }),
  ],
}
