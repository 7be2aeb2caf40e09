import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { backoff, batch, check, isCommitError, tryCommit, update, type Write } from '../../kernel/storage/index.ts'
import { getLockoutState, lockWhenExhausted, unlockedCondition } from './lockout.ts'
import type { SigningMethodRow } from './sealing.ts'
import { signingMethods } from './tables.ts'

/** Number of failed attempts after which a signing method is locked until it is replaced. */
export const maxFailedAttempts = 10

/** Selects a signing method: by id, or the owner's PIN. */
export type MethodSelector = { readonly id: string } | { readonly type: 'PIN' }

/** Maximum tries to count an attempt: three seconds in total, longer than any check that is in progress takes. */
const maxCountingRounds = 100

/**
 * Consumes one attempt of the selected method and returns its row. Retries if the row has changed. While a temporary lockout
 * depends on attempts that are being checked, waits for them; if the process that checked them has died, they count as
 * failed.
 */
export async function consumeMethodAttempt(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodSelector,
  attemptId: string,
): Promise<SigningMethodRow | 'unknown' | 'locked'> {
  const selected = 'id' in choice ? { id: choice.id } : { slot: choice.type }
  const where = { tenant: actor.tenant, ownerId, ...selected }
  let undecided: SigningMethodRow | undefined
  for (let round = 1; round <= maxCountingRounds; round++) {
    const [row] = await services.storage.find(signingMethods, { where, limit: 1 })
    if (row === undefined) return 'unknown'
    const state = getLockoutState(services, row)
    if (row.remainingAttempts <= 0 || state === 'locked') return 'locked'
    undecided = state === 'undecided' ? row : undefined
    if (state === 'free' && (await tryCount(services, row, attemptId))) return row
    await backoff(round)
  }
  if (undecided === undefined) throw new BillfoldError('storage.conflict')
  await services.storage.commit(batch(...lockWhenExhausted(services, undecided)))
  return 'locked'
}

/** Counts the attempt; returns false if the row has changed. */
async function tryCount(services: Services, row: SigningMethodRow, attemptId: string): Promise<boolean> {
  const { id, version, generation } = row
  // Fails before counting if the keyring is unavailable, since the attempt could not be checked.
  await services.keyring.derive(row.pepperKeyId, 'pepper')
  const unlocked = unlockedCondition(services, row)
  const change = update(signingMethods, {
    where: { id, version, generation, remainingAttempts: { gt: 0 }, ...unlocked.where },
    set: { lastAttempt: attemptId, ...unlocked.set },
    add: { remainingAttempts: -1, incorrectAttempts: 1 },
  })
  try {
    await services.storage.commit(batch(change))
    return true
  } catch (error) {
    if (!isCommitError(error)) throw error
    return false
  }
}

/**
 * Returns the writes that reset the attempt counter, or refund only this attempt if a newer one was counted since. The second
 * write cannot match after the first, since a comparison with null is never true.
 */
export function resetAttemptWrites(
  { id, version }: SigningMethodRow,
  attemptId: string,
  lastUsedAt: number,
): readonly Write[] {
  return [
    update(signingMethods, {
      where: { id, version, lastAttempt: attemptId },
      set: {
        remainingAttempts: maxFailedAttempts,
        incorrectAttempts: 0,
        lastAttempt: null,
        lockedUntil: null,
        lastUsedAt,
      },
      expectedRows: 'any',
    }),
    update(signingMethods, {
      where: { id, version, lastAttempt: { ne: attemptId }, remainingAttempts: { lt: maxFailedAttempts } },
      set: { lastUsedAt },
      add: { remainingAttempts: 1, incorrectAttempts: -1 },
      expectedRows: 'any',
    }),
  ]
}

/**
 * Returns the writes that refund one attempt with an inconclusive result, and restore the lockout that preceded it. Other
 * attempts are unaffected. As above, the second write cannot match after the first.
 */
export function refundAttemptWrites(
  { id, version, lockedUntil }: SigningMethodRow,
  attemptId: string,
): readonly Write[] {
  const add = { remainingAttempts: 1, incorrectAttempts: -1 }
  const below = { remainingAttempts: { lt: maxFailedAttempts } }
  return [
    update(signingMethods, {
      where: { id, version, lastAttempt: attemptId, ...below },
      set: { lastAttempt: null, lockedUntil },
      add,
      expectedRows: 'any',
    }),
    update(signingMethods, {
      where: { id, version, lastAttempt: { ne: attemptId }, ...below },
      add,
      expectedRows: 'any',
    }),
  ]
}

/**
 * Records a failed attempt. The attempt that exhausts the limit also emits `signing-method.locked`; with concurrent
 * attempts, exactly one of them does.
 */
export async function recordFailedAttempt(
  services: Services,
  actor: Actor,
  row: SigningMethodRow,
  attemptId: string,
  details: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { id, version, ownerId, type } = row
  const failureWrites = [
    ...lockWhenExhausted(services, row),
    auditWrite(actor, 'signing-method.verification-failed', id, services.now(), { type, ...details }),
  ]
  const where = { id, version, lastAttempt: attemptId, remainingAttempts: 0 }
  const events = eventWrites(services, row.tenant, 'signing-method.locked', { methodId: id, ownerId, type })
  const isLast = events.length > 0 && (await services.storage.find(signingMethods, { where, limit: 1 })).length > 0
  if (isLast && (await tryCommit(services, check(signingMethods, { where }), ...failureWrites, ...events))) return
  await services.storage.commit(batch(...failureWrites))
}
