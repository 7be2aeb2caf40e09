import type { Actor } from '../../platform/audit/audit-write.ts'
import { auditWrite } from '../../platform/audit/audit-write.ts'
import { isHashable } from '../../kernel/crypto/index.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { RateLimitKey } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'
import {
  batch,
  check,
  tryCommit,
  isCommitError,
  backoff,
  StaleReadError,
  update,
  type Write,
} from '../../kernel/storage/index.ts'
import { type RequestToAuthorize, consumeFaceCheck } from './consume-face-check.ts'
import {
  assertMethodTag,
  type SigningMethodRow,
  isMethodKeyOutdated,
  computeMethodTag,
  openPrivateKey,
  openMasterSecret,
  sealPrivateKey,
} from './sealing.ts'
import type { MasterSecret } from '../../platform/master-secret.ts'
import { signingMethods, masterSecrets } from './tables.ts'
import { lockWhenExhausted, getLockoutState, unlockedCondition } from './lockout.ts'

/** Number of failed attempts after which a signing method is locked until it is replaced. */
export const maxFailedAttempts = 10

/** Selects a signing method: by id, or the owner's PIN. */
export type MethodSelector = { readonly id: string } | { readonly type: 'PIN' }

/** A signing method that was authorized with its value. Valid only as long as the version of the row is unchanged. */
export interface AuthorizedMethod {
  readonly row: SigningMethodRow
  readonly privateKey: Uint8Array
}

/** Error codes of a failed authorization. */
export interface FailureCodes {
  /** Wrong value or unknown method. */
  readonly wrong: ErrorCode
  /** Locked method. */
  readonly locked: ErrorCode
}

type Result = { readonly authorized: AuthorizedMethod } | { readonly failure: keyof FailureCodes }

/**
 * Authorizes with a signing method of an owner. The attempt is counted in a conditional commit before the value is checked,
 * so that parallel guesses cannot exceed the limit; a correct value resets the counter. An unknown or locked method takes as
 * long as a wrong value, so that timing reveals nothing. A method with a face binding authorizes only the `request` for
 * which a face check was completed.
 * @param value PIN, password, code or secret; `checkId.secret` for a method with a face binding
 * @throws BillfoldError one of `codes`; `input.invalid` for a value that no method can have; `rate.limited` after too many
 *   failed attempts of the caller; `server.busy` if the hashing queue is full; `body.raw-unavailable`
 */
export async function authorizeMethod(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodSelector,
  value: string,
  codes: FailureCodes,
  request?: RequestToAuthorize,
): Promise<AuthorizedMethod> {
  // Not counted as an attempt: no method can have such a value.
  if (!isHashable(value)) throw new BillfoldError('input.invalid')
  return services.passwordHasher.withSlot(actor.source, async () => {
    await assertWithinFailedAttemptLimit(services, actor)
    const result = await attempt(services, actor, ownerId, choice, value, request)
    if ('authorized' in result) return result.authorized
    await countCallerFailure(services, actor)
    throw new BillfoldError(codes[result.failure])
  })
}

/**
 * Rejects callers with too many failed attempts before any counter of a method is touched, so that they cannot lock owners
 * out. Must run within a slot of the password hasher, which bounds how many concurrent attempts can pass.
 * @throws BillfoldError `rate.limited`
 */
export async function assertWithinFailedAttemptLimit(services: Services, actor: Actor): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.rateLimiter.peek(
    callerLimitKey(actor),
    services.failedAttemptLimit,
  )
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

/** Counts a failed attempt of a caller. */
export async function countCallerFailure(services: Services, actor: Actor): Promise<void> {
  await services.rateLimiter.consume(callerLimitKey(actor), services.failedAttemptLimit)
}

/** Rate limit key of a caller's failed attempts. */
function callerLimitKey(actor: Actor): RateLimitKey {
  return { name: 'wrong signing methods', subject: `${actor.id} ${actor.source ?? 'unknown'}`, tenant: actor.tenant }
}

async function attempt(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodSelector,
  value: string,
  request: RequestToAuthorize | undefined,
): Promise<Result> {
  const attemptId = newId()
  const counted = await consumeMethodAttempt(services, actor, ownerId, choice, attemptId)
  if (counted === 'unknown' || counted === 'locked') {
    await equalizeTiming(services, value)
    return { failure: counted === 'locked' ? 'locked' : 'wrong' }
  }
  if (counted.device !== null && request !== undefined && request.body === undefined) {
    await services.storage.commit(batch(...refundAttemptWrites(counted, attemptId)))
    throw new BillfoldError('body.raw-unavailable')
  }
  const { secret, passed } = await consumeFaceCheck(services, counted, value, request)
  const privateKey = await openPrivateKey(services, counted, secret)
  if (!passed || privateKey === undefined || !(await isCurrent(services, counted))) {
    await recordFailedAttempt(services, actor, counted, attemptId)
    return { failure: 'wrong' }
  }
  await resetAttempts(services, counted, attemptId)
  if (isMethodKeyOutdated(services, counted)) await renewSealing(services, counted, secret, privateKey)
  return { authorized: { row: counted, privateKey } }
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

/** Seals the private key with the current pepper and cost while the value is available. A concurrent second call is a no-op. */
async function renewSealing(
  services: Services,
  row: SigningMethodRow,
  value: string,
  privateKey: Uint8Array,
): Promise<void> {
  const { id, version, generation, pepperKeyId, cost } = row
  const secret = openMasterSecret(row, privateKey)
  await assertMethodTag(services.keyring, row, secret)
  const sealed = await sealPrivateKey(services, row, value, privateKey)
  const set = { ...sealed, publicKeyTag: await computeMethodTag(services.keyring, { ...row, ...sealed }, secret) }
  const renewed = update(signingMethods, {
    where: { id, version, generation, pepperKeyId, cost },
    set,
    expectedRows: 'any',
  })
  await services.storage.commit(batch(renewed))
}

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
 * Resets the attempt counter, or refunds only this attempt if a newer one was counted since. The second write cannot match
 * after the first, since a comparison with null is never true.
 */
async function resetAttempts(services: Services, row: SigningMethodRow, attemptId: string): Promise<void> {
  const method = { id: row.id, version: row.version }
  await services.storage.commit(
    batch(
      update(signingMethods, {
        where: { ...method, lastAttempt: attemptId },
        set: {
          remainingAttempts: maxFailedAttempts,
          incorrectAttempts: 0,
          lastAttempt: null,
          lockedUntil: null,
          lastUsedAt: services.now(),
        },
        expectedRows: 'any',
      }),
      update(signingMethods, {
        where: { ...method, lastAttempt: { ne: attemptId }, remainingAttempts: { lt: maxFailedAttempts } },
        set: { lastUsedAt: services.now() },
        add: { remainingAttempts: 1, incorrectAttempts: -1 },
        expectedRows: 'any',
      }),
    ),
  )
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
 * Returns true if the method has its owner's current generation. Rejects rows restored from an old copy of the database.
 * Repeats the two reads, since a rotation can commit between them.
 */
async function isCurrent(services: Services, row: SigningMethodRow): Promise<boolean> {
  for (let round = 0; round < 3; round++) {
    const [owner] = await services.storage.find(masterSecrets, { where: { ownerId: row.ownerId }, limit: 1 })
    const [method] = await services.storage.find(signingMethods, {
      where: { id: row.id, version: row.version },
      limit: 1,
    })
    if (owner === undefined || owner.closedAt !== null || method === undefined) return false
    if (owner.generation === method.generation) return true
  }
  return false
}

/** Spends the time of a check, so that unknown and locked methods cannot be distinguished by timing. */
async function equalizeTiming(services: Services, value: string): Promise<void> {
  const { keyring, passwordHasher } = services
  const pepper = await keyring.derive(keyring.currentKeyId, 'pepper')
  await passwordHasher.deriveUnqueued(value, { pepper, salt: new Uint8Array(16), cost: passwordHasher.cost })
}

/**
 * Loads the current master secret with an authorized method. Call it within `retryOnConflict`.
 * @throws BillfoldError `signing-method.invalid` if the method was replaced or removed since; StaleReadError
 */
export async function loadMasterSecret(
  services: Services,
  authorized: AuthorizedMethod,
): Promise<{ secret: MasterSecret; row: SigningMethodRow; version: number }> {
  const { id, ownerId, version } = authorized.row
  const [owner] = await services.storage.find(masterSecrets, { where: { ownerId }, limit: 1 })
  const [row] = await services.storage.find(signingMethods, { where: { id, version }, limit: 1 })
  if (owner === undefined || owner.closedAt !== null || row === undefined)
    throw new BillfoldError('signing-method.invalid')
  if (owner.generation !== row.generation) throw new StaleReadError()
  try {
    const secret = openMasterSecret(row, authorized.privateKey)
    await assertMethodTag(services.keyring, row, secret)
    return { secret, row, version: owner.version }
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) throw new BillfoldError('signing-method.invalid', { cause: error })
    throw error
  }
}
