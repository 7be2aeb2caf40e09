import { compareWithUser, identifyFace, requireVerifier } from '../../../identity/biometrics/face-recognition.ts'
import { toVendorCollection } from '../../../identity/biometrics/face-people.ts'
import type { VerifierCaller } from '../../../identity/biometrics/verifier-client.ts'
import type { Evidence } from '../../../identity/biometrics/verifier.ts'
import { type LiveFace, verifyLiveness } from '../../../identity/biometrics/verify-liveness.ts'
import { BillfoldError, isBillfoldError } from '../../../kernel/errors.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { SessionContext } from '../session-context.ts'
import { sessionEncryptionContext, type SessionRow } from '../session.ts'
import type { CountedAttempt } from './2-count-attempt.ts'
import { refundFaceAttempt } from './face-attempts.ts'
import type { FaceCheck } from './face-step-types.ts'

/**
 * Stage 3: has the verifier check liveness, and then the identity of the face. Writes nothing, unless the verifier is unavailable: an
 * outage refunds the attempt.
 * @throws BillfoldError `verifier.unavailable`, `server.busy`, `session.no-user`, `liveness.required`
 */
export async function verifyFace(
  sessionContext: SessionContext,
  actor: Actor,
  counted: CountedAttempt,
  evidence: Evidence,
): Promise<FaceCheck> {
  const { services, faces } = sessionContext
  const { session, sealedLiveness: sealed } = counted
  const caller = { tenant: session.tenant, source: actor.source, isAnonymous: actor.isAnonymous }
  try {
    const started = { sealed, context: sessionEncryptionContext(session, 'liveness') }
    const live = await verifyLiveness(services, requireVerifier(faces), caller, started, evidence)
    if (live.kind === 'rejected') return live
    if (session.purpose === 'enroll') return await verifyForEnrolment(sessionContext, caller, session, live)
    return await match(sessionContext, caller, session, live)
  } catch (error) {
    // The face was not verified: an outage must not use up an attempt.
    if (isBillfoldError(error, 'verifier.unavailable') || isBillfoldError(error, 'server.busy'))
      await refundFaceAttempt(services, session, counted.attempt)
    throw error
  }
}

/** Compares the face with the session's user, or identifies the user of a session without one. */
async function match(
  { faces }: SessionContext,
  caller: VerifierCaller,
  { tenant, community, userId }: SessionRow,
  { evidence, liveness, frameHashes }: LiveFace,
): Promise<FaceCheck> {
  if (userId === null) {
    const found = await identifyFace(faces, caller, community, evidence)
    if (found.kind === 'no-match') return { kind: 'rejected', outcome: found.outcome }
    const { person, outcome } = found
    return { kind: 'matched', userId: person.userId, person, evidence, outcome, liveness, frameHashes }
  }
  const comparison = await compareWithUser(faces, caller, { tenant, community, userId }, evidence)
  if (comparison.kind !== 'compared') return { kind: comparison.kind }
  const { outcome, person } = comparison
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return { kind: 'matched', userId, person, evidence, outcome, liveness, frameHashes }
}

/**
 * Checks a face for enrolment. A user who already has a face must show the same one: otherwise a PIN alone would be enough to add a
 * stranger's face.
 */
async function verifyForEnrolment(
  { faces }: SessionContext,
  caller: VerifierCaller,
  { tenant, community, userId }: SessionRow,
  { evidence, furtherEvidence, liveness, frameHashes }: LiveFace,
): Promise<FaceCheck> {
  if (userId === null) throw new BillfoldError('session.no-user')
  const comparison = await compareWithUser(faces, caller, { tenant, community, userId }, evidence)
  if (comparison.kind === 'compared' && comparison.outcome.decision !== 'pass')
    return { kind: 'rejected', outcome: comparison.outcome }
  // The row as read before the comparison. A later one could include a face that was enrolled concurrently and never compared.
  const { person } = comparison
  const collection = toVendorCollection(tenant, community)
  const { outcome, templates } = await requireVerifier(faces).enrol(caller, {
    evidence: [evidence, ...furtherEvidence],
    collection,
  })
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return { kind: 'enrollable', userId, person, templates, evidence, outcome, liveness, frameHashes }
}
