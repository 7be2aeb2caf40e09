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

/** What is brought to a face check that was begun. */
export interface ShownFace extends MethodOfUser {
  readonly checkId: string
  /** The method's device, over {@link faceCheckStatement}. */
  readonly device: DeviceProof
  /** The one request that the method is then to open for. */
  readonly request: NamedRequest
  readonly evidence: BroughtEvidence
}

/** How long a request can be made for which a face was shown, in milliseconds: two minutes. */
const passedLife = 2 * 60 * 1000

/** The text that a device signs, as UTF-8: five lines, so that a signature is good for one check and for one request. */
export function faceCheckStatement(methodId: string, checkId: string, request: NamedRequest): string {
  return `billfold signing method 1\n${methodId}\n${checkId}\n${requestText(request)}`
}

/**
 * Passes a face check: the method's device has signed the request, and the face is the one that the method is bound to. The check is used
 * up before anybody looks, and an attempt at the method counted; it is given back when the face was right, when nobody could tell, and when
 * the verifier is down.
 * @throws BillfoldError `signing-method.no-verifier`, `signing-method.unknown`, `signing-method.no-face`, `face-check.unknown`,
 *   `device.invalid`, `face.not-enrolled`, `selfie.invalid`, `liveness.required`, `selfie.unclear`, `rate.limited`,
 *   `verifier.unavailable`, `server.busy`; `signing-method.invalid` for another face; `signing-method.locked`
 */
export async function passFaceCheck(
  setup: FaceMethodSetup,
  actor: Actor,
  shown: ShownFace,
): Promise<{ readonly expiresAt: number }> {
  const { services } = setup
  const { faces, verifier } = verifierIn(setup)
  const method = await faceMethod(setup, actor.tenant, shown)
  const open = await openCheck(setup, method, shown.checkId)
  await assertBound(setup, method, shown)
  const evidence = demandedEvidence(faces, setup, shown.evidence)
  await refuseGuesser(services, actor)
  await takeOnce(setup, open)
  await limitUser(setup, method)
  const attemptId = newId()
  const counted = await countAttempt(services, actor, method.ownerId, { id: method.id }, attemptId)
  if (counted === 'unknown') throw new BillfoldError('signing-method.unknown')
  if (counted === 'locked') throw new BillfoldError('signing-method.locked')
  if (counted.version !== method.version) {
    // The device has signed for the method as it was read; one that was replaced meanwhile is another.
    await services.storage.commit(batch(...attemptBack(counted, attemptId)))
    throw new BillfoldError('face-check.unknown')
  }
  let outcome: Outcome | 'not-enrolled'
  try {
    outcome = await look(setup, verifier, actor, counted, open, evidence)
  } catch (error) {
    // Nobody has looked at the face: an outage costs no attempt.
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
  return keepPassed(setup, actor, counted, attemptId, shown)
}

/** The check, if it is one of the method as it is, and no face was shown for it yet. */
async function openCheck(
  { services }: FaceMethodSetup,
  { tenant, ownerId, id: methodId, version: methodVersion }: CredentialRow,
  id: string,
): Promise<FaceCheckRow> {
  const where = { id, tenant, ownerId, methodId, methodVersion, sealedRequest: null, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(faceChecks, { where, limit: 1 })
  if (row === undefined) throw new BillfoldError('face-check.unknown')
  return row
}

/** Before anything is counted: without the method's device nobody costs its user an attempt. */
async function assertBound(
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

/** Of any number of faces that are shown for a check at once, one is looked at. */
async function takeOnce({ services }: FaceMethodSetup, { id }: FaceCheckRow): Promise<void> {
  try {
    await services.storage.commit(batch(remove(faceChecks, { where: { id, sealedRequest: null } })))
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('face-check.unknown', { cause })
    throw cause
  }
}

async function limitUser({ services, attemptsOfUser }: FaceMethodSetup, { tenant, ownerId }: CredentialRow) {
  const key = { name: 'face attempts of user', subject: ownerId, tenant }
  const { allowed, retryAfterSeconds } = await services.limiter.take(key, attemptsOfUser)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

async function look(
  setup: FaceMethodSetup,
  verifier: CheckedVerifier,
  { source }: Actor,
  { tenant, ownerId: userId, person }: CredentialRow,
  open: FaceCheckRow,
  evidence: Evidence,
): Promise<Outcome | 'not-enrolled'> {
  const { services, community } = setup
  const asker = { tenant, source }
  let face = evidence
  if (evidence.kind !== 'image') {
    if (open.sealedLiveness === null) throw new BillfoldError('liveness.required')
    const state = new TextDecoder().decode(await unseal(services.keyring, open.sealedLiveness, livenessPlace(open)))
    const { outcome, image } = await verifier.checkLiveness(asker, { evidence, state })
    if (outcome.decision !== 'pass') return outcome
    if (image !== undefined) face = { kind: 'image', image }
  }
  const { faces } = verifierIn(setup)
  const compared = await compareWithUser(faces, asker, { tenant, community, userId }, face)
  if (compared.kind !== 'compared' || compared.person.id !== person) return 'not-enrolled'
  return compared.outcome
}

/** The check is there again, for the request that the device has signed; unless the device, the face or the method is gone. */
async function keepPassed(
  { services }: FaceMethodSetup,
  actor: Actor,
  method: CredentialRow,
  attemptId: string,
  { checkId, request }: ShownFace,
): Promise<{ readonly expiresAt: number }> {
  const { tenant, ownerId, id: methodId, version: methodVersion } = method
  const now = services.now()
  const expiresAt = now + passedLife
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
