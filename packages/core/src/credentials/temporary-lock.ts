import type { Services } from '../services.ts'
import { type Update, update } from '../storage/index.ts'
import type { CredentialRow } from './sealing.ts'
import { credentials } from './tables.ts'

/**
 * What a temporary lock says of a method: `free` to be tried, `locked`, or `undecided`, when as many attempts as are allowed
 * have been counted and some of them are still being checked.
 */
export type LockState = 'free' | 'locked' | 'undecided'

/** The state of a method. Without a temporary lock every method is free. */
export function lockState({ temporaryLock, now }: Services, row: CredentialRow): LockState {
  if (temporaryLock === undefined) return 'free'
  if (row.lockedUntil !== null) return row.lockedUntil > now() ? 'locked' : 'free'
  return row.incorrectAttempts > 0 && row.incorrectAttempts % temporaryLock.wrongInARow === 0 ? 'undecided' : 'free'
}

/** What guards the counting of an attempt, and what it clears: no more are counted than the lock allows. */
export function whileFree(
  { temporaryLock }: Services,
  { incorrectAttempts, lockedUntil }: CredentialRow,
): { readonly where: Partial<CredentialRow>; readonly set: Partial<CredentialRow> } {
  if (temporaryLock === undefined) return { where: {}, set: {} }
  return { where: { incorrectAttempts, lockedUntil }, set: { lockedUntil: null } }
}

/** For a commit that keeps that a value was wrong: locks the method, if that makes as many as are allowed. */
export function lockIfFull({ temporaryLock, now }: Services, { id, version }: CredentialRow): readonly Update[] {
  if (temporaryLock === undefined) return []
  const { wrongInARow, seconds } = temporaryLock
  const full = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((times) => times * wrongInARow)
  const where = { id, version, lockedUntil: null, incorrectAttempts: { in: full } }
  return [update(credentials, { where, set: { lockedUntil: now() + seconds * 1000 }, hits: 'any' })]
}
