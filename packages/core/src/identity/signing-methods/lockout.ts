import { type Update, update } from '../../kernel/storage/index.ts'
import type { SigningMethodRow } from './sealing.ts'
import { signingMethods } from './tables.ts'

/** Temporary lockout of a signing method after consecutive failed attempts. Repeats after the same number of failures. */
export interface LockoutRule {
  /** Consecutive failed attempts before a lockout, 1 to 9. Ten failed attempts lock a method until it is replaced. */
  readonly maxFailures: number
  /** Duration of a lockout in seconds. */
  readonly durationSeconds: number
}

/** Validates a lockout rule. @throws RangeError if a value is out of range */
export function assertLockoutRule({ maxFailures, durationSeconds }: LockoutRule): void {
  if (
    !Number.isInteger(maxFailures) ||
    maxFailures < 1 ||
    maxFailures > 9 ||
    !Number.isInteger(durationSeconds) ||
    durationSeconds < 1
  )
    throw new RangeError(
      `lockout: maxFailures must be an integer from 1 to 9 (got ${maxFailures}), durationSeconds an integer of at least 1 (got ${durationSeconds})`,
    )
}

/** The lockout rule, if the host has configured one, and the clock in epoch milliseconds. */
interface LockoutContext {
  readonly lockout?: LockoutRule | undefined
  readonly now: () => number
}

/**
 * Lockout state of a signing method: `free`, `locked`, or `undecided` while the allowed number of attempts is counted and
 * some of them are still being checked.
 */
export type LockoutState = 'free' | 'locked' | 'undecided'

/** Returns the lockout state of a method; always `free` without a lockout rule. */
export function getLockoutState({ lockout, now }: LockoutContext, row: SigningMethodRow): LockoutState {
  if (lockout === undefined) return 'free'
  if (row.lockedUntil !== null) return row.lockedUntil > now() ? 'locked' : 'free'
  return row.incorrectAttempts > 0 && row.incorrectAttempts % lockout.maxFailures === 0 ? 'undecided' : 'free'
}

/** Returns true if the number of failures is one that locks the method temporarily, and it is not locked yet. */
export function isTemporarilyExhausted(context: LockoutContext, row: SigningMethodRow): boolean {
  return row.lockedUntil === null && getLockoutState(context, row) === 'undecided'
}

/**
 * Computes the number of failed attempts after which only known callers can try: half of those that lock a method, at least
 * one. The rest is reserved for the owner, so that strangers who come as far as the PIN cannot lock it.
 * @param maxAttempts the failed attempts that lock a method until it is replaced
 */
export function computeStrangerAttempts({ lockout }: LockoutContext, maxAttempts: number): number {
  return Math.max(1, Math.floor(Math.min(lockout?.maxFailures ?? maxAttempts, maxAttempts) / 2))
}

/** Condition and update for counting an attempt, so that no more attempts are counted than the lockout rule allows. */
export function unlockedCondition(
  { lockout }: LockoutContext,
  { incorrectAttempts, lockedUntil }: SigningMethodRow,
): { readonly where: Partial<SigningMethodRow>; readonly set: Partial<SigningMethodRow> } {
  if (lockout === undefined) return { where: {}, set: {} }
  return { where: { incorrectAttempts, lockedUntil }, set: { lockedUntil: null } }
}

/** Locks the method if the number of failures is a multiple of the rule's limit; for the commit that records a failed attempt. */
export function lockWhenExhausted(
  { lockout, now }: LockoutContext,
  { id, version }: SigningMethodRow,
): readonly Update[] {
  if (lockout === undefined) return []
  const { maxFailures, durationSeconds } = lockout
  const thresholds = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((times) => times * maxFailures)
  const where = { id, version, lockedUntil: null, incorrectAttempts: { in: thresholds } }
  return [update(signingMethods, { where, set: { lockedUntil: now() + durationSeconds * 1000 }, expectedRows: 'any' })]
}
