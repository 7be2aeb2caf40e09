import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import {
  backoff,
  batch,
  check,
  isCommitError,
  tryCommit,
  type Update,
  update,
  type Write,
} from '../../kernel/storage/index.ts'
import { securityNoticeWrites } from '../security-notices/security-notice.ts'
import {
  computeStrangerAttempts,
  getLockoutState,
  isTemporarilyExhausted,
  lockWhenExhausted,
  unlockedCondition,
} from './lockout.ts'
import type { SigningMethodRow } from './sealing.ts'
import { signingMethods } from './tables.ts'

/** Number of failed attempts after which a signing method is locked until it is replaced. */
export const maxFailedAttempts = 10

/** Selects a signing method: by id, or the owner's PIN. */
export type MethodSelector = { readonly id: string } | { readonly type: 'PIN' }

/** Tells whether a caller is a device that the owner trusts. Called only when the attempts for other callers are used up. */
export type IsKnownCaller = () => Promise<boolean>

/** Maximum tries to count an attempt: three seconds in total, longer than any check that is in progress takes. */
const maxCountingRounds = 100

/**
 * Consumes one attempt of the selected method and returns its row. Retries if the row has changed. While a temporary lockout
 * depends on attempts that are being checked, waits for them; if the process that checked them has died, they count as
 * failed.
 * @param isKnownCaller by default all callers are known: they hold a service key, or the key of a trusted device
 */
export async function consumeMethodAttempt(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodSelector,
  attemptId: string,
  isKnownCaller: IsKnownCaller = () => Promise.resolve(true),
): Promise<SigningMethodRow | 'unknown' | 'locked'> {
  const selected = 'id' in choice ? { id: choice.id } : { slot: choice.type }
  const where = { tenant: actor.tenant, ownerId, ...selected }
  let undecided: SigningMethodRow | undefined
  for (let round = 1; round <= maxCountingRounds; round++) {
    const [row] = await services.storage.find(signingMethods, { where, limit: 1 })
    if (row === undefined) return 'unknown'
    const state = getLockoutState(services, row)
    if (row.remainingAttempts <= 0 || state === 'locked') return 'locked'
    const strangerAttempts = computeStrangerAttempts(services, maxFailedAttempts)
    const isReserved = row.incorrectAttempts >= strangerAttempts
    if (isReserved && !(await isKnownCaller())) return 'locked'
    undecided = state === 'undecided' ? row : undefined
    if (state === 'free' && (await tryCount(services, row, attemptId, isReserved ? undefined : strangerAttempts)))
      return row
    await backoff(round)
  }
  if (undecided === undefined) throw new BillfoldError('storage.conflict')
  await services.storage.commit(batch(...lockWhenExhausted(services, undecided)))
  return 'locked'
}

/** Counts the attempt, below a number of failed ones if one is given; returns false if the row has changed. */
async function tryCount(
  services: Services,
  row: SigningMethodRow,
  attemptId: string,
  below: number | undefined,
): Promise<boolean> {
  const { id, version, generation } = row
  // Fails before counting if the keyring is unavailable, since the attempt could not be checked.
  await services.keyring.derive(row.pepperKeyId, 'pepper')
  const unlocked = unlockedCondition(services, row)
  const change = update(signingMethods, {
    where: {
      id,
      version,
      generation,
      remainingAttempts: { gt: 0 },
      ...(below !== undefined && { incorrectAttempts: { lt: below } }),
      ...unlocked.where,
    },
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
 * Returns the write that resets the attempt counter. It also requires that the method is unchanged, and that no newer attempt was
 * counted since.
 */
export function resetNewestAttemptWrite(
  { id, version }: Pick<SigningMethodRow, 'id' | 'version'>,
  attemptId: string,
  lastUsedAt: number,
): Update {
  return update(signingMethods, {
    where: { id, version, lastAttempt: attemptId },
    set: {
      remainingAttempts: maxFailedAttempts,
      incorrectAttempts: 0,
      lastAttempt: null,
      lockedUntil: null,
      lastUsedAt,
    },
  })
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
    { ...resetNewestAttemptWrite({ id, version }, attemptId, lastUsedAt), expectedRows: 'any' },
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
 * Records a failed attempt. The attempt that locks the method, also temporarily, emits `signing-method.locked` and tells the
 * owner; with concurrent attempts, exactly one of them does.
 */
export async function recordFailedAttempt(
  services: Services,
  actor: Actor,
  row: SigningMethodRow,
  attemptId: string,
  details: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { id, version, type } = row
  const failureWrites = [
    ...lockWhenExhausted(services, row),
    auditWrite(actor, 'signing-method.verification-failed', id, services.now(), { type, ...details }),
  ]
  const where = { id, version, lastAttempt: attemptId }
  const [current] = await services.storage.find(signingMethods, { where, limit: 1 })
  if (current !== undefined && (current.remainingAttempts === 0 || isTemporarilyExhausted(services, current))) {
    const { remainingAttempts, incorrectAttempts, lockedUntil } = current
    const unchanged = check(signingMethods, { where: { ...where, remainingAttempts, incorrectAttempts, lockedUntil } })
    const writes = await lockedWrites(services, current)
    if (await tryCommit(services, unchanged, ...failureWrites, ...writes)) return
  }
  await services.storage.commit(batch(...failureWrites))
}

async function lockedWrites(
  services: Services,
  { id: methodId, tenant, ownerId, ownerKind, type }: SigningMethodRow,
): Promise<readonly Write[]> {
  const notice = { tenant, topic: 'security.credential-locked', userId: ownerId, ownerKind } as const
  return [
    ...eventWrites(services, tenant, 'signing-method.locked', { methodId, ownerId, type }),
    ...(await securityNoticeWrites(services, { ...notice, detail: { methodId, credential: type } })),
  ]
}
