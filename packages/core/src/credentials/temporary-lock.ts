import type { Services } from '../services.ts'
import { type Update, update } from '../storage/index.ts'
import type { CredentialRow } from './sealing.ts'
import { credentials } from './tables.ts'

/**
 * Lockout state of a signing method: `free`, `locked`, or `undecided` while the allowed number of attempts is counted and
 * some of them are still being checked.
 */
export type LockState = 'free' | 'locked' | 'undecided'

/** Returns the lockout state of a method; always `free` without a lockout rule. */
export function lockState({ temporaryLock, now }: Services, row: CredentialRow): LockState {
  if (temporaryLock === undefined) return 'free'
  if (row.lockedUntil !== null) return row.lockedUntil > now() ? 'locked' : 'free'
  return row.incorrectAttempts > 0 && row.incorrectAttempts % temporaryLock.wrongInARow === 0 ? 'undecided' : 'free'
}

/** Condition and update for counting an attempt, so that no more attempts are counted than the lockout rule allows. */
export function whileFree(
  { temporaryLock }: Services,
  { incorrectAttempts, lockedUntil }: CredentialRow,
): { readonly where: Partial<CredentialRow>; readonly set: Partial<CredentialRow> } {
  if (temporaryLock === undefined) return { where: {}, set: {} }
  return { where: { incorrectAttempts, lockedUntil }, set: { lockedUntil: null } }
}

/** Locks the method if the number of failures is a multiple of the rule's limit; for the commit that records a failed attempt. */
export function lockIfFull({ temporaryLock, now }: Services, { id, version }: CredentialRow): readonly Update[] {
  if (temporaryLock === undefined) return []
  const { wrongInARow, seconds } = temporaryLock
  const thresholds = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((times) => times * wrongInARow)
  const where = { id, version, lockedUntil: null, incorrectAttempts: { in: thresholds } }
  return [update(credentials, { where, set: { lockedUntil: now() + seconds * 1000 }, hits: 'any' })]
}
