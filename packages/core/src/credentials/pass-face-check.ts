import { type Actor, auditRecord } from '../audit/record.ts'
import type { CheckedVerifier } from '../biometrics/checked-verifier.ts'
import { compareWithUser } from '../biometrics/faces.ts'
import { findPerson } from '../biometrics/people.ts'
import type { Evidence, Outcome } from '../biometrics/verifier.ts'
import { unseal } from '../crypto/index.ts'
import { type DeviceProof, proveKey } from '../devices/device-key.ts'
import { findTrusted } from '../devices/trust.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import { demandedEvidence } from '../sessions/evidence.ts'
import { messageFor } from '../sessions/face-result.ts'
import type { BroughtEvidence } from '../sessions/face-submission.ts'
import { batch, check, insert, isCommitError, remove } from '../storage/index.ts'
import { faceMethod, type MethodOfUser } from './begin-face-check.ts'
import { faceChecks } from './face-check-table.ts'
import { type FaceMethodSetup, verifierIn } from './face-method-setup.ts'
import type { CredentialRow } from './sealing.ts'
import { credentials } from './tables.ts'
import { attemptBack, refuseAttempt, countAttempt, countGuess, refuseGuesser } from './unlock.ts'
import {
  type FaceCheckRow,
  livenessPlace,
  type NamedRequest,
  requestText,
  sealRequest,
  stillBound,
} from './use-face-check.ts'

/** Submission to a started face check. */
export interface ShownFace extends MethodOfUser {
  readonly checkId: string
  /** Proof of the method's device, over the statement of `formatFaceCheckStatement`. */
  readonly device: DeviceProof
  /** The one request that the method may authorize afterwards. */
  readonly request: NamedRequest
  readonly evidence: BroughtEvidence
}

/** Time to send the request after the face matched, in milliseconds. */
const passedLifetimeMs = 2 * 60 * 1000

/** Formats the text that a device signs, as UTF-8: five lines, which bind the signature to one check and one request. */
export function faceCheckStatement(methodId: string, checkId: string, request: NamedRequest): string {
  return `billfold signing method 1\n${methodId}\n${checkId}\n${requestText(request)}`
}

/**
 * Completes a face check: verifies that the method's device signed the request and that the face matches the method's face
 * binding. Consumes the check and an attempt of the method before the face is verified. The attempt is refunded if the face
 * matched, if the image was inconclusive, or if the verifier is unavailable.
 * @returns the time until which the request can be sent, in milliseconds since 1970
 * @throws BillfoldError `signing-method.no-verifier`, `signing-method.not-found`, `signing-method.face-unsupported`,
 *   `face-check.not-found`, `device.invalid`, `face.not-enrolled`, `selfie.invalid`, `liveness.required`, `selfie.unclear`,
 *   `rate.limited`, `verifier.unavailable`, `server.busy`, `signing-method.locked`; `signing-method.invalid` for another face
 */
export async function passFaceCheck(
  setup: FaceMethodSetup,
  actor: Actor,
  submission: ShownFace,
): Promise<{ readonly expiresAt: number }> {
  const { services } = setup
  const { faces, verifier } = verifierIn(setup)
  const method = await faceMethod(setup, actor.tenant, submission)
  const pending = await getPendingCheck(setup, method, submission.checkId)
  await assertBindingProven(setup, method, submission)
  const evidence = demandedEvidence(faces, setup, submission.evidence)
  await refuseGuesser(services, actor)
  await consumeCheck(setup, pending)
  await limitUserAttempts(setup, method)
  const attemptId = newId()
  const counted = await countAttempt(services, actor, method.ownerId, { id: method.id }, attemptId)
  if (counted === 'unknown') throw new BillfoldError('signing-method.unknown')
  if (counted === 'locked') throw new BillfoldError('signing-method.locked')
  if (counted.version !== method.version) {
    // The device signed for the version that was read, and the method was replaced since.
    await services.storage.commit(batch(...attemptBack(counted, attemptId)))
    throw new BillfoldError('face-check.unknown')
  }
  let outcome: Outcome | 'not-enrolled'
  try {
    outcome = await verifyFace(setup, verifier, actor, counted, pending, evidence)
  } catch (error) {
    // The face was not verified: an outage must not cost an attempt.
    await services.storage.commit(batch(...attemptBack(counted, attemptId)))
    throw error
  }
  if (outcome === 'not-enrolled' || outcome.decision === 'retry') {
    await services.storage.commit(batch(...attemptBack(counted, attemptId)))
    throw outcome === 'not-enrolled'
      ? new BillfoldError('face.not-enrolled')
      : new BillfoldError('selfie.unclear', { message: messageFor(outcome) })
  }
  if (outcome.decision !== 'pass') {
    const { decision, reasons } = outcome
    const details = { face: decision, reasons: reasons.join(' ') }
    await refuseAttempt(services, actor, counted, attemptId, details)
    await countGuess(services, actor)
    throw new BillfoldError('signing-method.invalid')
  }
  return storePassedCheck(setup, actor, counted, attemptId, submission)
}

/** Returns a check of the method's current version for which no face was submitted yet. */
async function getPendingCheck(
  { services }: FaceMethodSetup,
  { tenant, ownerId, id: methodId, version: methodVersion }: CredentialRow,
  id: string,
): Promise<FaceCheckRow> {
  const where = { id, tenant, ownerId, methodId, methodVersion, sealedRequest: null, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(faceChecks, { where, limit: 1 })
  if (row === undefined) throw new BillfoldError('face-check.unknown')
  return row
}

/** Runs before any attempt is counted, so that only the method's device can cost its user an attempt. */
async function assertBindingProven(
  { services, community }: FaceMethodSetup,
  method: CredentialRow,
  { checkId, device, request }: ShownFace,
): Promise<void> {
  const { tenant, ownerId: userId } = method
  const proven = proveKey(device, faceCheckStatement(method.id, checkId, request))
  if (proven.thumbprint !== method.device || (await findTrusted(services, tenant, userId, proven)) === undefined)
    throw new BillfoldError('device.invalid')
  const person = await findPerson(services, { tenant, community, userId })
  if (person?.id !== method.person) throw new BillfoldError('face.not-enrolled')
}

/** Consumes the check, so that only one of several concurrent submissions is verified. */
async function consumeCheck({ services }: FaceMethodSetup, { id }: FaceCheckRow): Promise<void> {
  try {
    await services.storage.commit(batch(remove(faceChecks, { where: { id, sealedRequest: null } })))
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('face-check.unknown', { cause })
    throw cause
  }
}

async function limitUserAttempts({ services, attemptsOfUser }: FaceMethodSetup, { tenant, ownerId }: CredentialRow) {
  const key = { name: 'face attempts of user', subject: ownerId, tenant }
  const { allowed, retryAfterSeconds } = await services.limiter.take(key, attemptsOfUser)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

async function verifyFace(
  setup: FaceMethodSetup,
  verifier: CheckedVerifier,
  { source }: Actor,
  { tenant, ownerId: userId, person }: CredentialRow,
  pending: FaceCheckRow,
  evidence: Evidence,
): Promise<Outcome | 'not-enrolled'> {
  const { services, community } = setup
  const caller = { tenant, source }
  let face = evidence
  if (evidence.kind !== 'image') {
    if (pending.sealedLiveness === null) throw new BillfoldError('liveness.required')
    const state = new TextDecoder().decode(
      await unseal(services.keyring, pending.sealedLiveness, livenessPlace(pending)),
    )
    const { outcome, image } = await verifier.checkLiveness(caller, { evidence, state })
    if (outcome.decision !== 'pass') return outcome
    if (image !== undefined) face = { kind: 'image', image }
  }
  const { faces } = verifierIn(setup)
  const compared = await compareWithUser(faces, caller, { tenant, community, userId }, face)
  if (compared.kind !== 'compared' || compared.person.id !== person) return 'not-enrolled'
  return compared.outcome
}

/** Stores the passed check for the request that the device signed. Fails if the device, the face or the method has changed. */
async function storePassedCheck(
  { services }: FaceMethodSetup,
  actor: Actor,
  method: CredentialRow,
  attemptId: string,
  { checkId, request }: ShownFace,
): Promise<{ readonly expiresAt: number }> {
  const { tenant, ownerId, id: methodId, version: methodVersion } = method
  const now = services.now()
  const expiresAt = now + passedLifetimeMs
  const row = { id: checkId, tenant, ownerId, methodId, methodVersion, sealedLiveness: null, expiresAt }
  const sealedRequest = await sealRequest(services, row, request)
  try {
    await services.storage.commit(
      batch(
        check(credentials, { where: { id: methodId, version: methodVersion } }),
        ...stillBound(method),
        insert(faceChecks, { ...row, sealedRequest }),
        ...attemptBack(method, attemptId),
        auditRecord(actor, 'signing-method.face-passed', methodId, now, { check: checkId }),
      ),
    )
    return { expiresAt }
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('signing-method.invalid', { cause })
    throw cause
  }
}
