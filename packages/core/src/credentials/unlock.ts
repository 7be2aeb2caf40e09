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

/** How many wrong values a method takes before it is locked. */
export const mostAttempts = 10

/** Which method is tried: one by its id, or the PIN of an owner. */
export type MethodChoice = { readonly id: string } | { readonly type: 'PIN' }

/** A method that was opened with its right value. It is worth something only while the row keeps its version. */
export interface OpenedMethod {
  readonly row: CredentialRow
  readonly privateKey: Uint8Array
}

/** What to answer when the value is wrong or there is no such method, and when the method is locked. */
export interface Refusals {
  readonly wrong: ErrorCode
  readonly locked: ErrorCode
}

type Outcome = { readonly opened: OpenedMethod } | { readonly refused: keyof Refusals }

/**
 * Opens a signing method of an owner with its value. The attempt is counted before the value is looked at, in a guarded
 * commit, so that guesses side by side cannot outrun the limit; a right value gives the attempts back. An unknown method and a
 * locked one take as long as a wrong value. A method that takes a face too opens for a `request` only: the one that a face
 * check was passed for.
 * @throws BillfoldError with a code of `refusals`; `input.invalid` for a value that cannot be one; `rate.limited` after too many wrong
 * values; `server.busy` when too many values are being checked; `body.raw-unavailable`
 */
export async function unlock(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodChoice,
  value: string,
  refusals: Refusals,
  request?: AskedRequest,
): Promise<OpenedMethod> {
  // Never counted: nobody can have set such a value.
  if (!isHashable(value)) throw new BillfoldError('input.invalid')
  return services.slowHash.turn(actor.source, async () => {
    await refuseGuesser(services, actor)
    const outcome = await attempt(services, actor, ownerId, choice, value, request)
    if ('opened' in outcome) return outcome.opened
    await countGuess(services, actor)
    throw new BillfoldError(refusals[outcome.refused])
  })
}

/**
 * Who has sent too many wrong values already is refused before any counter is touched, so that the owners are not locked
 * out; in the turn of the attempt, so that of many at once no more than have a turn get past.
 */
export async function refuseGuesser(services: Services, actor: Actor): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.limiter.look(guesses(actor), services.wrongValues)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

/** Counts a wrong value for who has sent it. */
export async function countGuess(services: Services, actor: Actor): Promise<void> {
  await services.limiter.take(guesses(actor), services.wrongValues)
}

/** What wrong values are counted by. */
function guesses(actor: Actor): RateLimitKey {
  return { name: 'wrong signing methods', subject: `${actor.id} ${actor.source ?? 'unknown'}`, tenant: actor.tenant }
}

async function attempt(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodChoice,
  value: string,
  request: AskedRequest | undefined,
): Promise<Outcome> {
  const attemptId = newId()
  const counted = await countAttempt(services, actor, ownerId, choice, attemptId)
  if (counted === 'unknown' || counted === 'locked') {
    await spendTheSameTime(services, value)
    return { refused: counted === 'locked' ? 'locked' : 'wrong' }
  }
  if (counted.device !== null && request !== undefined && request.body === undefined) {
    await services.storage.commit(batch(...attemptBack(counted, attemptId)))
    throw new BillfoldError('body.raw-unavailable')
  }
  const { secret, passed } = await useFaceCheck(services, counted, value, request)
  const privateKey = await openPrivateKey(services, counted, secret)
  if (!passed || privateKey === undefined || !(await isCurrent(services, counted))) {
    await refuseAttempt(services, actor, counted, attemptId)
    return { refused: 'wrong' }
  }
  await giveAttemptsBack(services, counted, attemptId)
  if (isOutdated(services, counted)) await renewSealing(services, counted, secret, privateKey)
  return { opened: { row: counted, privateKey } }
}

/**
 * Keeps that an attempt was wrong. The one that was counted last, where no attempt is left, tells that the method is locked: of any
 * number side by side there is one such.
 */
export async function refuseAttempt(
  services: Services,
  actor: Actor,
  row: CredentialRow,
  attemptId: string,
  details: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { id, version, ownerId, type } = row
  const refused = [
    ...lockIfFull(services, row),
    auditRecord(actor, 'signing-method.refused', id, services.now(), { type, ...details }),
  ]
  const where = { id, version, lastAttempt: attemptId, remainingAttempts: 0 }
  const told = eventWrites(services, row.tenant, 'signing-method.locked', { methodId: id, ownerId, type })
  const isLast = told.length > 0 && (await services.storage.find(credentials, { where, limit: 1 })).length > 0
  if (isLast && (await committed(services, check(credentials, { where }), ...refused, ...told))) return
  await services.storage.commit(batch(...refused))
}

/** Seals the private key with the newest pepper and cost, now that the value is here; whoever comes second changes nothing. */
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

/** How often it is tried to count an attempt: three seconds in all, which the check of a value that is under way never takes. */
const countingRounds = 100

/**
 * Takes one attempt off the method that is chosen, and gives its row; a row that was replaced meanwhile is read again. While
 * a temporary lock depends on attempts that are being checked, it waits for them; if whoever checked them is gone, they were
 * wrong.
 */
export async function countAttempt(
  services: Services,
  actor: Actor,
  ownerId: string,
  choice: MethodChoice,
  attemptId: string,
): Promise<CredentialRow | 'unknown' | 'locked'> {
  const chosen = 'id' in choice ? { id: choice.id } : { slot: choice.type }
  const where = { tenant: actor.tenant, ownerId, ...chosen }
  let undecided: CredentialRow | undefined
  for (let round = 1; round <= countingRounds; round++) {
    const [row] = await services.storage.find(credentials, { where, limit: 1 })
    if (row === undefined) return 'unknown'
    const state = lockState(services, row)
    if (row.remainingAttempts <= 0 || state === 'locked') return 'locked'
    undecided = state === 'undecided' ? row : undefined
    if (state === 'free' && (await isCounted(services, row, attemptId))) return row
    await pause(round)
  }
  if (undecided === undefined) throw new BillfoldError('storage.refused')
  await services.storage.commit(batch(...lockIfFull(services, undecided)))
  return 'locked'
}

/** Whether the attempt was counted; it was not when the row has changed. */
async function isCounted(services: Services, row: CredentialRow, attemptId: string): Promise<boolean> {
  const { id, version, generation } = row
  // While the keyring cannot be reached no attempt is counted: it could not be checked.
  await services.keyring.derive(row.pepperKeyId, 'pepper')
  const free = whileFree(services, row)
  const change = update(credentials, {
    where: { id, version, generation, remainingAttempts: { gt: 0 }, ...free.where },
    set: { lastAttempt: attemptId, ...free.set },
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
 * All attempts are back, unless a newer one has been counted meanwhile: then only this one is. The second write cannot hit
 * after the first, since a comparison never holds for null.
 */
async function giveAttemptsBack(services: Services, row: CredentialRow, attemptId: string): Promise<void> {
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
 * The writes that give one attempt back, which was neither right nor wrong, and the lock that it was counted after; no
 * other attempt with it. The second cannot hit after the first, as above.
 */
export function attemptBack({ id, version, lockedUntil }: CredentialRow, attemptId: string): readonly Write[] {
  const add = { remainingAttempts: 1, incorrectAttempts: -1 }
  const fewer = { remainingAttempts: { lt: mostAttempts } }
  return [
    update(credentials, {
      where: { id, version, lastAttempt: attemptId, ...fewer },
      set: { lastAttempt: null, lockedUntil },
      add,
      hits: 'any',
    }),
    update(credentials, { where: { id, version, lastAttempt: { ne: attemptId }, ...fewer }, add, hits: 'any' }),
  ]
}

/**
 * Whether the method is of its owner's present generation: a row put back from an old copy of the database is not. Two
 * reads, so a change between them is looked at again.
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

async function spendTheSameTime(services: Services, value: string): Promise<void> {
  const { keyring, slowHash } = services
  const pepper = await keyring.derive(keyring.currentKeyId, 'pepper')
  await slowHash.deriveNow(value, { pepper, salt: new Uint8Array(16), cost: slowHash.cost })
}

/**
 * The master secret as it is now, through a method that was opened a moment ago; the method must not have been replaced or removed since.
 * Belongs in a `decide`.
 * @throws BillfoldError `signing-method.invalid`; StaleRead
 */
export async function currentSecret(
  services: Services,
  opened: OpenedMethod,
): Promise<{ secret: MasterSecret; row: CredentialRow; version: number }> {
  const { id, ownerId, version } = opened.row
  const [owner] = await services.storage.find(masterSecrets, { where: { ownerId }, limit: 1 })
  const [row] = await services.storage.find(credentials, { where: { id, version }, limit: 1 })
  if (owner === undefined || owner.closedAt !== null || row === undefined)
    throw new BillfoldError('signing-method.invalid')
  if (owner.generation !== row.generation) throw new StaleRead()
  try {
    const secret = openSecret(row, opened.privateKey)
    await assertOwnMethod(services.keyring, row, secret)
    return { secret, row, version: owner.version }
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) throw new BillfoldError('signing-method.invalid', { cause: error })
    throw error
  }
}
