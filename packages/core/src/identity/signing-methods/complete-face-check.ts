import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import type { VerifierClient } from '../biometrics/verifier-client.ts'
import { compareWithUser } from '../biometrics/face-recognition.ts'
import { findFacePerson } from '../biometrics/face-people.ts'
import { presentedAgainOutcome, rememberFrames } from '../biometrics/presented-frames.ts'
import { verifyLiveness } from '../biometrics/verify-liveness.ts'
import type { Evidence, FrameHashes, VerifierOutcome } from '../biometrics/verifier.ts'
import { type DeviceProof, verifyDeviceSignature } from '../devices/device-key.ts'
import { findTrustedDevice } from '../devices/trusted-devices.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { newId } from '../../kernel/ids.ts'
import { formatRequestDigest, type RequestDigest } from '../../platform/signing-method-kind.ts'
import { faceAdvice } from '../biometrics/face-advice.ts'
import { type PresentedEvidence, selectEvidence } from '../biometrics/presented-evidence.ts'
import { batch, check, insert, isCommitError, remove, type Write } from '../../kernel/storage/index.ts'
import { getFaceMethod, type UserMethodKey } from './start-face-check.ts'
import { faceChecks } from './face-check-table.ts'
import { type FaceMethodContext, limitFaceAttempts, requireFaceRecognition } from './face-method-context.ts'
import type { SigningMethodRow } from './sealing.ts'
import { signingMethods } from './tables.ts'
import { consumeMethodAttempt, recordFailedAttempt, refundAttemptWrites } from './attempt-counter.ts'
import { assertWithinFailedAttemptLimit, countCallerFailure } from './failed-attempt-limit.ts'
import { type FaceCheckRow, livenessContext, sealRequestDigest, faceBindingStillValid } from './consume-face-check.ts'

/** Submission to a started face check. */
export interface FaceCheckSubmission extends UserMethodKey {
  readonly checkId: string
  /** Proof of the method's device, over the statement of `formatFaceCheckStatement`. */
  readonly device: DeviceProof
  /** The one request that the method may authorize afterwards. */
  readonly request: RequestDigest
  readonly evidence: PresentedEvidence
}

/** Time to send the request after the face matched, in milliseconds. */
const passedLifetimeMs = 2 * 60 * 1000

/** Formats the text that a device signs, as UTF-8: five lines, which bind the signature to one check and one request. */
export function formatFaceCheckStatement(methodId: string, checkId: string, request: RequestDigest): string {
  return `billfold signing method 1\n${methodId}\n${checkId}\n${formatRequestDigest(request)}`
}

/**
 * Completes a face check: verifies that the method's device signed the request and that the face matches the method's face
 * binding. Consumes the check and an attempt of the method before the face is verified. The attempt is refunded if the face
 * matched, if the image was inconclusive, or if the verifier is unavailable.
 * @returns the time until which the request can be sent, in milliseconds since 1970
 * @throws BillfoldError `signing-method.no-verifier`, `signing-method.not-found`, `signing-method.face-unsupported`,
 *   `face-check.not-found`, `device.invalid-proof`, `face.not-enrolled`, `selfie.invalid`, `liveness.required`, `face.inconclusive`,
 *   `rate.limited`, `verifier.unavailable`, `server.busy`, `signing-method.locked`; `signing-method.invalid` for another face
 */
export async function completeFaceCheck(
  setup: FaceMethodContext,
  actor: Actor,
  submission: FaceCheckSubmission,
): Promise<{ readonly expiresAt: number }> {
  const { services } = setup
  const { faces, verifier } = requireFaceRecognition(setup)
  const method = await getFaceMethod(setup, actor.tenant, submission)
  const pending = await getPendingCheck(setup, method, submission.checkId)
  await assertBindingProven(setup, method, submission)
  const evidence = selectEvidence(faces, setup, submission.evidence)
  await assertWithinFailedAttemptLimit(services, actor)
  await consumeCheck(setup, pending)
  await limitFaceAttempts(setup, method, 'face attempts per user')
  const attemptId = newId()
  const counted = await consumeMethodAttempt(services, actor, method.ownerId, { id: method.id }, attemptId)
  if (counted === 'unknown') throw new BillfoldError('signing-method.not-found')
  if (counted === 'locked') throw new BillfoldError('signing-method.locked')
  if (counted.version !== method.version) {
    // The device signed for the version that was read, and the method was replaced since.
    await services.storage.commit(batch(...refundAttemptWrites(counted, attemptId)))
    throw new BillfoldError('face-check.not-found')
  }
  let verified: VerifiedFace | 'not-enrolled'
  try {
    verified = await verifyFace(setup, verifier, actor, counted, pending, evidence)
  } catch (error) {
    // The face was not verified: an outage must not cost an attempt.
    await services.storage.commit(batch(...refundAttemptWrites(counted, attemptId)))
    throw error
  }
  if (verified === 'not-enrolled' || verified.outcome.decision === 'retry') {
    await services.storage.commit(batch(...refundAttemptWrites(counted, attemptId)))
    throw verified === 'not-enrolled'
      ? new BillfoldError('face.not-enrolled')
      : new BillfoldError('face.inconclusive', { message: faceAdvice(verified.outcome) })
  }
  const { outcome, frameHashes } = verified
  if (outcome.decision !== 'pass') return rejectFace(setup, actor, counted, attemptId, outcome)
  const frames = await rememberFrames(services, { tenant: counted.tenant, userId: counted.ownerId }, frameHashes)
  if (frames === 'presented-again') return rejectFace(setup, actor, counted, attemptId, presentedAgainOutcome(outcome))
  return storePassedCheck(setup, actor, counted, attemptId, submission, frames)
}

/** Records the failed attempt. @throws BillfoldError `signing-method.invalid` */
async function rejectFace(
  { services }: FaceMethodContext,
  actor: Actor,
  counted: SigningMethodRow,
  attemptId: string,
  { decision, reasons }: VerifierOutcome,
): Promise<never> {
  const details = { face: decision, reasons: reasons.join(' ') }
  await recordFailedAttempt(services, actor, counted, attemptId, details)
  await countCallerFailure(services, actor, counted.ownerId)
  throw new BillfoldError('signing-method.invalid')
}

/** Returns a check of the method's current version for which no face was submitted yet. */
async function getPendingCheck(
  { services }: FaceMethodContext,
  { tenant, ownerId, id: methodId, version: methodVersion }: SigningMethodRow,
  id: string,
): Promise<FaceCheckRow> {
  const where = { id, tenant, ownerId, methodId, methodVersion, sealedRequest: null, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(faceChecks, { where, limit: 1 })
  if (row === undefined) throw new BillfoldError('face-check.not-found')
  return row
}

/** Runs before any attempt is counted, so that only the method's device can cost its user an attempt. */
async function assertBindingProven(
  { services, community }: FaceMethodContext,
  method: SigningMethodRow,
  { checkId, device, request }: FaceCheckSubmission,
): Promise<void> {
  const { tenant, ownerId: userId } = method
  const proven = verifyDeviceSignature(device, formatFaceCheckStatement(method.id, checkId, request))
  if (proven.thumbprint !== method.device || (await findTrustedDevice(services, tenant, userId, proven)) === undefined)
    throw new BillfoldError('device.invalid-proof')
  const person = await findFacePerson(services, { tenant, community, userId })
  if (person?.id !== method.person) throw new BillfoldError('face.not-enrolled')
}

/** Consumes the check, so that only one of several concurrent submissions is verified. */
async function consumeCheck({ services }: FaceMethodContext, { id }: FaceCheckRow): Promise<void> {
  try {
    await services.storage.commit(batch(remove(faceChecks, { where: { id, sealedRequest: null } })))
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('face-check.not-found', { cause })
    throw cause
  }
}

/** The verifier's outcome for a submitted face, and the hashes of its frames. */
interface VerifiedFace {
  readonly outcome: VerifierOutcome
  readonly frameHashes: FrameHashes | undefined
}

async function verifyFace(
  setup: FaceMethodContext,
  verifier: VerifierClient,
  { source }: Actor,
  { tenant, ownerId: userId, person }: SigningMethodRow,
  pending: FaceCheckRow,
  presented: Evidence,
): Promise<VerifiedFace | 'not-enrolled'> {
  const { services, community } = setup
  const caller = { tenant, source }
  const started = { sealed: pending.sealedLiveness, context: livenessContext(pending) }
  const live = await verifyLiveness(services, verifier, caller, started, presented)
  if (live.kind === 'rejected') return { outcome: live.outcome, frameHashes: undefined }
  const { evidence, frameHashes } = live
  const { faces } = requireFaceRecognition(setup)
  const compared = await compareWithUser(faces, caller, { tenant, community, userId }, evidence)
  if (compared.kind !== 'compared' || compared.person.id !== person) return 'not-enrolled'
  return { outcome: compared.outcome, frameHashes }
}

/** Stores the passed check for the request that the device signed. Fails if the device, the face, the method or the remembered frames have changed. */
async function storePassedCheck(
  { services }: FaceMethodContext,
  actor: Actor,
  method: SigningMethodRow,
  attemptId: string,
  { checkId, request }: FaceCheckSubmission,
  frames: readonly Write[],
): Promise<{ readonly expiresAt: number }> {
  const { tenant, ownerId, id: methodId, version: methodVersion } = method
  const now = services.now()
  const expiresAt = now + passedLifetimeMs
  const row = { id: checkId, tenant, ownerId, methodId, methodVersion, sealedLiveness: null, expiresAt }
  const sealedRequest = await sealRequestDigest(services, row, request)
  try {
    await services.storage.commit(
      batch(
        check(signingMethods, { where: { id: methodId, version: methodVersion } }),
        ...faceBindingStillValid(method),
        ...frames,
        insert(faceChecks, { ...row, sealedRequest }),
        ...refundAttemptWrites(method, attemptId),
        auditWrite(actor, 'signing-method.face-verified', methodId, now, { check: checkId }),
      ),
    )
    return { expiresAt }
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('signing-method.invalid', { cause })
    throw cause
  }
}
