import type { Actor } from '../../platform/audit/audit-write.ts'
import type { HashSlot } from '../../kernel/crypto/index.ts'
import { BillfoldError, type ErrorCode } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, update, type Write } from '../../kernel/storage/index.ts'
import {
  consumeMethodAttempt,
  type IsKnownCaller,
  type MethodSelector,
  recordFailedAttempt,
  refundAttemptWrites,
  resetAttemptWrites,
  resetNewestAttemptWrite,
} from './attempt-counter.ts'
import { type AuthorizedMethod, type MethodOwnerRow, settleAttempt } from './authorized-method.ts'
import type { RequestToAuthorize } from './consume-face-check.ts'
import { assertWithinFailedAttemptLimit, countCallerFailure } from './failed-attempt-limit.ts'
import {
  assertMethodTag,
  type SigningMethodRow,
  isMethodKeyOutdated,
  computeMethodTag,
  openPrivateKey,
  openMasterSecret,
  sealPrivateKey,
} from './sealing.ts'
import { signingMethods, masterSecrets } from './tables.ts'
import { isBoundToRequest, isPresentable, toHashable, verifyPresented } from './verify-presented.ts'

/** Error codes of a failed authorization. */
export interface FailureCodes {
  /** Wrong value or unknown method. */
  readonly wrong: ErrorCode
  /** Locked method. */
  readonly locked: ErrorCode
}

/** A value that is presented for a signing method. */
export interface MethodAttempt {
  readonly method: MethodSelector
  /** PIN, password, code or secret; `checkId.secret` for a method with a face binding, `assertion.value` for a PASSKEY. */
  readonly value: string
  readonly codes: FailureCodes
  /** The request to authorize; required by methods with a face binding and by PASSKEY. */
  readonly request?: RequestToAuthorize | undefined
  /** For callers that hold no key: tells whether the owner trusts their device. By default they are known. */
  readonly isKnownCaller?: IsKnownCaller | undefined
}

type Result =
  /** `secret` is the value without the id of a face check. */
  { readonly authorized: AuthorizedMethod; readonly secret: string } | { readonly failure: keyof FailureCodes }

/**
 * Authorizes with a signing method of an owner, and resets its attempt counter in a commit of its own. For operations that
 * wait for a lock, a queue or a network before they commit; others save that commit with {@link withAuthorizedMethod}.
 * @param value PIN, password, code or secret; `checkId.secret` for a method with a face binding
 * @throws BillfoldError as `withAuthorizedMethod` does
 */
export function authorizeMethod(
  services: Services,
  actor: Actor,
  ownerId: string,
  method: MethodSelector,
  value: string,
  codes: FailureCodes,
  request?: RequestToAuthorize,
): Promise<AuthorizedMethod> {
  const presented = { method, value, codes, request }
  return withAuthorizedMethod(services, actor, ownerId, presented, (authorized) => Promise.resolve(authorized))
}

/**
 * Authorizes with a signing method of an owner and runs an operation whose commit, by `commitAuthorized`, also resets the
 * attempt counter. If the operation commits nothing, the counter is reset in a commit of its own. The operation runs in the
 * slot of the password hasher, so that concurrent correct values never exhaust the counter; it must not wait for a lock, a
 * queue or a network.
 *
 * The attempt is counted in a conditional commit before the value is checked, so that parallel guesses cannot exceed the
 * limit. An unknown or locked method takes as long as a wrong value, so that timing reveals nothing. A method with a face
 * binding authorizes only the request for which a face check was completed.
 * @throws BillfoldError one of the presented codes; `input.invalid` for a value that no method can have; `rate.limited` after
 *   too many failed attempts of the caller; `server.busy` if the hashing queue is full; `body.raw-unavailable`
 */
export async function withAuthorizedMethod<T>(
  services: Services,
  actor: Actor,
  ownerId: string,
  presented: MethodAttempt,
  operation: (authorized: AuthorizedMethod) => Promise<T>,
): Promise<T> {
  // Not counted as an attempt: no method can have such a value.
  if (!isPresentable(services, presented.value)) throw new BillfoldError('input.invalid')
  return services.passwordHasher.withSlot(actor, async (slot) => {
    await assertWithinFailedAttemptLimit(services, actor)
    const result = await attempt(services, slot, actor, ownerId, presented)
    if ('failure' in result) {
      await countCallerFailure(services, actor, ownerId)
      throw new BillfoldError(presented.codes[result.failure])
    }
    const { authorized, secret } = result
    try {
      const renewal = await renewalWrites(services, slot, authorized, secret)
      if (renewal.length > 0) {
        authorized.unused.counterReset = [...authorized.unused.counterReset, ...renewal]
        authorized.unused.newestAttemptReset = undefined
      }
      return await operation(authorized)
    } finally {
      await settleAttempt(services, authorized)
    }
  })
}

async function attempt(
  services: Services,
  slot: HashSlot,
  actor: Actor,
  ownerId: string,
  { method, value, request, isKnownCaller }: MethodAttempt,
): Promise<Result> {
  const attemptId = newId()
  const counted = await consumeMethodAttempt(services, actor, ownerId, method, attemptId, isKnownCaller)
  if (counted === 'unknown' || counted === 'locked') {
    await imitateFailedAttempt(services, slot, toHashable(value))
    return { failure: counted === 'locked' ? 'locked' : 'wrong' }
  }
  if (isBoundToRequest(services, counted) && request !== undefined && request.body === undefined) {
    await services.storage.commit(batch(...refundAttemptWrites(counted, attemptId)))
    throw new BillfoldError('body.raw-unavailable')
  }
  const { secret, passed } = await verifyPresented(services, actor, counted, value, request)
  const privateKey = await openPrivateKey(services, slot, counted, secret)
  const current = passed && privateKey !== undefined ? await findCurrentRows(services, counted) : undefined
  if (privateKey === undefined || current === undefined) {
    await recordFailedAttempt(services, actor, counted, attemptId)
    return { failure: 'wrong' }
  }
  const { row, owner } = current
  const now = services.now()
  const counterReset = resetAttemptWrites(counted, attemptId, now)
  const newestAttemptReset = resetNewestAttemptWrite(counted, attemptId, now)
  return { authorized: { row, privateKey, unused: { owner, counterReset, newestAttemptReset } }, secret }
}

/**
 * Returns the rows of a counted method and its owner if they have the same generation, otherwise undefined. Rejects rows
 * restored from an old copy of the database. Reads the method again if a rotation committed since it was counted.
 */
async function findCurrentRows(
  services: Services,
  counted: SigningMethodRow,
): Promise<{ readonly row: SigningMethodRow; readonly owner: MethodOwnerRow } | undefined> {
  const { id, version, ownerId } = counted
  let row: SigningMethodRow | undefined = counted
  for (let round = 0; round < 3 && row !== undefined; round++) {
    const [owner] = await services.storage.find(masterSecrets, { where: { ownerId }, limit: 1 })
    if (owner === undefined || owner.closedAt !== null) return undefined
    if (owner.generation === row.generation) return { row, owner }
    const [again] = await services.storage.find(signingMethods, { where: { id, version }, limit: 1 })
    row = again
  }
  return undefined
}

/**
 * Returns the writes that seal an outdated private key with the current pepper and cost, while the value is available. They
 * have no effect if the key was renewed concurrently.
 */
async function renewalWrites(
  services: Services,
  slot: HashSlot,
  { row, privateKey }: AuthorizedMethod,
  value: string,
): Promise<readonly Write[]> {
  if (!isMethodKeyOutdated(services, row)) return []
  const { id, version, generation, pepperKeyId, cost } = row
  const secret = openMasterSecret(row, privateKey)
  await assertMethodTag(services.keyring, row, secret)
  const sealed = await sealPrivateKey(services, slot, row, value, privateKey)
  const set = { ...sealed, publicKeyTag: await computeMethodTag(services.keyring, { ...row, ...sealed }, secret) }
  const where = { id, version, generation, pepperKeyId, cost }
  return [update(signingMethods, { where, set, expectedRows: 'any' })]
}

/** Makes the storage calls and the hash of a wrong value, so that timing does not reveal unknown and locked methods. */
async function imitateFailedAttempt(services: Services, slot: HashSlot, value: string): Promise<void> {
  const { keyring, passwordHasher, storage } = services
  const where = { id: newId() }
  const nothing = update(signingMethods, { where, add: { incorrectAttempts: 1 }, expectedRows: 'any' })
  const pepper = await keyring.derive(keyring.currentKeyId, 'pepper')
  await storage.commit(batch(nothing))
  await passwordHasher.deriveUnqueued(slot, value, { pepper, salt: new Uint8Array(16), cost: passwordHasher.cost })
  await storage.find(signingMethods, { where, limit: 1 })
  await storage.commit(batch(nothing))
}
