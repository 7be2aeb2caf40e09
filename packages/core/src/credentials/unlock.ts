import type { Actor } from '../audit/record.ts'
import { auditRecord } from '../audit/record.ts'
import { isHashable } from '../crypto/index.ts'
import { BillfoldError, type ErrorCode, isBillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { RateLimitKey } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'
import { batch, check, committed, isCommitError, pause, StaleRead, update, type Write } from '../storage/index.ts'
import { type AskedRequest, useFaceCheck } from './use-face-check.ts'
import {
  assertOwnMethod,
  type CredentialRow,
  isOutdated,
  type MasterSecret,
  methodTag,
  openPrivateKey,
  openSecret,
  sealPrivateKey,
} from './sealing.ts'
import { credentials, masterSecrets } from './tables.ts'
import { lockIfFull, lockState, whileFree } from './temporary-lock.ts'

/** Number of failed attempts after which a signing method is locked until it is replaced. */
export const mostAttempts = 10

/** Selects a signing method: by id, or the owner's PIN. */
export type MethodChoice = { readonly id: string } | { readonly type: 'PIN' }

/** A signing method that was authorized with its value. Valid only as long as the version of the row is unchanged. */
export interface OpenedMethod {
  readonly row: CredentialRow
  readonly privateKey: Uint8Array
}

/** Error codes of a failed authorization. */
export interface Refusals {
  /** Wrong value or unknown method. */
  readonly wrong: ErrorCode
  /** Locked method. */
  readonly locked: ErrorCode
}

type Result = { readonly authorized: OpenedMethod } | { readonly failure: keyof Refusals }

/**
 * Authorizes with a signing method of an owner. The attempt is counted in a conditional commit before the value is checked,
 * so that parallel guesses cannot exceed the limit; a correct value resets the counter. An unknown or locked method takes as
 * long as a wrong value, so that timing reveals nothing. A method with a face binding authorizes only the `request` for
 * which a face check was completed.
 * @param value PIN, password, code or secret; `checkId.secret` for a method with a face binding
 * @throws BillfoldError one of `codes`; `input.invalid` for a value that no method can have; `rate.limited` after too many
 *   failed attempts of the caller; `server.busy` if the hashing queue is full; `body.raw-unavailable`
 */
export async function unlock(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodChoice,
  value: string,
  codes: Refusals,
  request?: AskedRequest,
): Promise<OpenedMethod> {
  // Not counted as an attempt: no method can have such a value.
  if (!isHashable(value)) throw new BillfoldError('input.invalid')
  return services.slowHash.turn(actor.source, async () => {
    await refuseGuesser(services, actor)
    const result = await attempt(services, actor, ownerId, choice, value, request)
    if ('authorized' in result) return result.authorized
    await countGuess(services, actor)
    throw new BillfoldError(codes[result.failure])
  })
}

/**
 * Rejects callers with too many failed attempts before any counter of a method is touched, so that they cannot lock owners
 * out. Must run within a slot of the password hasher, which bounds how many concurrent attempts can pass.
 * @throws BillfoldError `rate.limited`
 */
export async function refuseGuesser(services: Services, actor: Actor): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.limiter.look(callerLimitKey(actor), services.wrongValues)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

/** Counts a failed attempt of a caller. */
export async function countGuess(services: Services, actor: Actor): Promise<void> {
  await services.limiter.take(callerLimitKey(actor), services.wrongValues)
}

/** Rate limit key of a caller's failed attempts. */
function callerLimitKey(actor: Actor): RateLimitKey {
  return { name: 'wrong signing methods', subject: `${actor.id} ${actor.source ?? 'unknown'}`, tenant: actor.tenant }
}

async function attempt(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodChoice,
  value: string,
  request: AskedRequest | undefined,
): Promise<Result> {
  const attemptId = newId()
  const counted = await countAttempt(services, actor, ownerId, choice, attemptId)
  if (counted === 'unknown' || counted === 'locked') {
    await equalizeTiming(services, value)
    return { failure: counted === 'locked' ? 'locked' : 'wrong' }
  }
  if (counted.device !== null && request !== undefined && request.body === undefined) {
    await services.storage.commit(batch(...attemptBack(counted, attemptId)))
    throw new BillfoldError('body.raw-unavailable')
  }
  const { secret, passed } = await useFaceCheck(services, counted, value, request)
  const privateKey = await openPrivateKey(services, counted, secret)
  if (!passed || privateKey === undefined || !(await isCurrent(services, counted))) {
    await refuseAttempt(services, actor, counted, attemptId)
    return { failure: 'wrong' }
  }
  await resetAttempts(services, counted, attemptId)
  if (isOutdated(services, counted)) await renewSealing(services, counted, secret, privateKey)
  return { authorized: { row: counted, privateKey } }
}

/**
 * Records a failed attempt. The attempt that exhausts the limit also emits `signing-method.locked`; with concurrent
 * attempts, exactly one of them does.
 */
export async function refuseAttempt(
  services: Services,
  actor: Actor,
  row: CredentialRow,
  attemptId: string,
  details: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { id, version, ownerId, type } = row
  const failureWrites = [
    ...lockIfFull(services, row),
    auditRecord(actor, 'signing-method.refused', id, services.now(), { type, ...details }),
  ]
  const where = { id, version, lastAttempt: attemptId, remainingAttempts: 0 }
  const events = eventWrites(services, row.tenant, 'signing-method.locked', { methodId: id, ownerId, type })
  const isLast = events.length > 0 && (await services.storage.find(credentials, { where, limit: 1 })).length > 0
  if (isLast && (await committed(services, check(credentials, { where }), ...failureWrites, ...events))) return
  await services.storage.commit(batch(...failureWrites))
}

/** Seals the private key with the current pepper and cost while the value is available. A concurrent second call is a no-op. */
async function renewSealing(
  services: Services,
  row: CredentialRow,
  value: string,
  privateKey: Uint8Array,
): Promise<void> {
  const { id, version, generation, pepperKeyId, cost } = row
  const secret = openSecret(row, privateKey)
  await assertOwnMethod(services.keyring, row, secret)
  const sealed = await sealPrivateKey(services, row, value, privateKey)
  const set = { ...sealed, publicKeyTag: await methodTag(services.keyring, { ...row, ...sealed }, secret) }
  const renewed = update(credentials, { where: { id, version, generation, pepperKeyId, cost }, set, hits: 'any' })
  await services.storage.commit(batch(renewed))
}

/** Maximum tries to count an attempt: three seconds in total, longer than any check that is in progress takes. */
const maxCountingRounds = 100

/**
 * Consumes one attempt of the selected method and returns its row. Retries if the row has changed. While a temporary lockout
 * depends on attempts that are being checked, waits for them; if the process that checked them has died, they count as
 * failed.
 */
export async function countAttempt(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodChoice,
  attemptId: string,
): Promise<CredentialRow | 'unknown' | 'locked'> {
  const selected = 'id' in choice ? { id: choice.id } : { slot: choice.type }
  const where = { tenant: actor.tenant, ownerId, ...selected }
  let undecided: CredentialRow | undefined
  for (let round = 1; round <= maxCountingRounds; round++) {
    const [row] = await services.storage.find(credentials, { where, limit: 1 })
    if (row === undefined) return 'unknown'
    const state = lockState(services, row)
    if (row.remainingAttempts <= 0 || state === 'locked') return 'locked'
    undecided = state === 'undecided' ? row : undefined
    if (state === 'free' && (await tryCount(services, row, attemptId))) return row
    await pause(round)
  }
  if (undecided === undefined) throw new BillfoldError('storage.refused')
  await services.storage.commit(batch(...lockIfFull(services, undecided)))
  return 'locked'
}

/** Counts the attempt; returns false if the row has changed. */
async function tryCount(services: Services, row: CredentialRow, attemptId: string): Promise<boolean> {
  const { id, version, generation } = row
  // Fails before counting if the keyring is unavailable, since the attempt could not be checked.
  await services.keyring.derive(row.pepperKeyId, 'pepper')
  const unlocked = whileFree(services, row)
  const change = update(credentials, {
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
async function resetAttempts(services: Services, row: CredentialRow, attemptId: string): Promise<void> {
  const method = { id: row.id, version: row.version }
  await services.storage.commit(
    batch(
      update(credentials, {
        where: { ...method, lastAttempt: attemptId },
        set: {
          remainingAttempts: mostAttempts,
          incorrectAttempts: 0,
          lastAttempt: null,
          lockedUntil: null,
          lastUsedAt: services.now(),
        },
        hits: 'any',
      }),
      update(credentials, {
        where: { ...method, lastAttempt: { ne: attemptId }, remainingAttempts: { lt: mostAttempts } },
        set: { lastUsedAt: services.now() },
        add: { remainingAttempts: 1, incorrectAttempts: -1 },
        hits: 'any',
      }),
    ),
  )
}

/**
 * Returns the writes that refund one attempt with an inconclusive result, and restore the lockout that preceded it. Other
 * attempts are unaffected. As above, the second write cannot match after the first.
 */
export function attemptBack({ id, version, lockedUntil }: CredentialRow, attemptId: string): readonly Write[] {
  const add = { remainingAttempts: 1, incorrectAttempts: -1 }
  const below = { remainingAttempts: { lt: mostAttempts } }
  return [
    update(credentials, {
      where: { id, version, lastAttempt: attemptId, ...below },
      set: { lastAttempt: null, lockedUntil },
      add,
      hits: 'any',
    }),
    update(credentials, { where: { id, version, lastAttempt: { ne: attemptId }, ...below }, add, hits: 'any' }),
  ]
}

/**
 * Returns true if the method has its owner's current generation. Rejects rows restored from an old copy of the database.
 * Repeats the two reads, since a rotation can commit between them.
 */
async function isCurrent(services: Services, row: CredentialRow): Promise<boolean> {
  for (let round = 0; round < 3; round++) {
    const [owner] = await services.storage.find(masterSecrets, { where: { ownerId: row.ownerId }, limit: 1 })
    const [method] = await services.storage.find(credentials, { where: { id: row.id, version: row.version }, limit: 1 })
    if (owner === undefined || owner.closedAt !== null || method === undefined) return false
    if (owner.generation === method.generation) return true
  }
  return false
}

/** Spends the time of a check, so that unknown and locked methods cannot be distinguished by timing. */
async function equalizeTiming(services: Services, value: string): Promise<void> {
  const { keyring, slowHash } = services
  const pepper = await keyring.derive(keyring.currentKeyId, 'pepper')
  await slowHash.deriveNow(value, { pepper, salt: new Uint8Array(16), cost: slowHash.cost })
}

/**
 * Loads the current master secret with an authorized method. Call it within `retryOnConflict`.
 * @throws BillfoldError `signing-method.invalid` if the method was replaced or removed since; StaleReadError
 */
export async function currentSecret(
  services: Services,
  authorized: OpenedMethod,
): Promise<{ secret: MasterSecret; row: CredentialRow; version: number }> {
  const { id, ownerId, version } = authorized.row
  const [owner] = await services.storage.find(masterSecrets, { where: { ownerId }, limit: 1 })
  const [row] = await services.storage.find(credentials, { where: { id, version }, limit: 1 })
  if (owner === undefined || owner.closedAt !== null || row === undefined)
    throw new BillfoldError('signing-method.invalid')
  if (owner.generation !== row.generation) throw new StaleRead()
  try {
    const secret = openSecret(row, authorized.privateKey)
    await assertOwnMethod(services.keyring, row, secret)
    return { secret, row, version: owner.version }
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) throw new BillfoldError('signing-method.invalid', { cause: error })
    throw error
  }
}
