import type { Actor } from '../../../platform/audit/audit-write.ts'
import { auditWrite } from '../../../platform/audit/audit-write.ts'
import type { VerifierCaller } from '../../../identity/biometrics/verifier-client.ts'
import { compareWithUser, identifyFace, requireVerifier } from '../../../identity/biometrics/face-recognition.ts'
import type { Evidence, VerifierOutcome } from '../../../identity/biometrics/verifier.ts'
import { BillfoldError, isBillfoldError } from '../../../kernel/errors.ts'
import { batch, retryOnConflict, type Write } from '../../../kernel/storage/index.ts'
import { failSession } from '../end-session.ts'
import { checkFaceForEnrolment, applyEnrolment } from './enrol-face.ts'
import { verifyLiveness, selectEvidence } from './liveness.ts'
import { recordFaceAttemptOutcome, type FaceAttempt, countFaceAttempt, refundFaceAttempt } from './face-attempts.ts'
import { type FaceStepResult, faceAdvice } from './face-step-result.ts'
import type { FaceAttemptContext, FaceStepInput, FaceCheck, StepOutcome } from './face-step-types.ts'
import { type ReplyBuilder, type SessionContext, notifyHooks } from '../session-context.ts'
import { assertSameBrowser, getSessionConfiguration } from '../start-session.ts'
import { assertSessionState, getActiveSession, type SessionRow } from '../session.ts'
import { applyFaceMatch } from './apply-face-match.ts'

/**
 * Runs the face step of a session: counts the attempt, verifies the face, and commits the outcome together with the stored reply.
 * @param buildReply builds the reply to the caller, and the writes that store it in the same commit
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `session.no-attempts-left`, `session.no-user`, `liveness.required`, `selfie.invalid`, `rate.limited`, `verifier.unavailable`,
 *   `user.limit-reached`, `gallery.limit-reached`
 */
export async function runFaceStep<Reply>(
  sessionContext: SessionContext,
  actor: Actor,
  input: FaceStepInput,
  buildReply: ReplyBuilder<FaceStepResult, Reply>,
): Promise<Reply> {
  const { services, faces } = sessionContext
  const session = await getActiveSession(services, actor.tenant, input.sessionId)
  assertSameBrowser(session, input.browserSecret)
  assertSessionState(session, 'started')
  const configuration = await getSessionConfiguration(services, session)
  if (session.userId === null && !configuration.identify) throw new BillfoldError('session.no-user')
  const evidence = selectEvidence(faces, configuration, input)
  const { callerKey, cameraIndicator = {}, deviceId } = input
  const inputs = { cameraIndicator, deviceId }
  const attempt = await countFaceAttempt(
    sessionContext,
    session,
    callerKey,
    configuration.maxAttempts,
    inputs,
    evidence,
  )
  let faceCheck: FaceCheck
  try {
    faceCheck = await checkFace(sessionContext, actor, session, evidence)
  } catch (error) {
    // The face was not verified: an outage must not use up an attempt.
    if (isBillfoldError(error, 'verifier.unavailable') || isBillfoldError(error, 'server.busy'))
      await refundFaceAttempt(services, session, attempt)
    throw error
  }
  const committed = await retryOnConflict(async () => {
    const current = await getActiveSession(services, actor.tenant, session.id)
    assertSessionState(current, 'started')
    if (current.callerKey !== callerKey) throw new BillfoldError('session.wrong-client')
    const { result, writes } = await applyFaceCheck(
      sessionContext,
      actor,
      { session: current, configuration, input: input, attempt },
      faceCheck,
    )
    const built = await buildReply(result)
    await services.storage.commit(batch(...writes, ...outcomeWrites(faceCheck, attempt), ...built.writes))
    return { result, reply: built.reply }
  })
  await notifyHooks(sessionContext, committed.result.session)
  return committed.reply
}

function outcomeWrites(faceCheck: FaceCheck, attempt: FaceAttempt): readonly Write[] {
  return 'outcome' in faceCheck ? [recordFaceAttemptOutcome(attempt, faceCheck.outcome)] : []
}

/** Has the verifier check liveness and identity. Writes nothing. */
async function checkFace(
  sessionContext: SessionContext,
  actor: Actor,
  session: SessionRow,
  evidence: Evidence,
): Promise<FaceCheck> {
  const { services, faces } = sessionContext
  const verifierCaller: VerifierCaller = { tenant: session.tenant, source: actor.source }
  const live = await verifyLiveness(services, requireVerifier(faces), verifierCaller, session, evidence)
  if (live.kind === 'rejected') return live
  const { liveness } = live
  if (session.purpose === 'enroll')
    return checkFaceForEnrolment(faces, verifierCaller, session, live.evidence, liveness)
  const { tenant, community, userId } = session
  if (userId === null) {
    const found = await identifyFace(faces, verifierCaller, community, live.evidence)
    if (found.kind === 'nobody') return { kind: 'rejected', outcome: found.outcome }
    const { person, outcome } = found
    return { kind: 'matched', userId: person.userId, person, evidence: live.evidence, outcome, liveness }
  }
  const comparison = await compareWithUser(faces, verifierCaller, { tenant, community, userId }, live.evidence)
  if (comparison.kind !== 'compared') return comparison
  const { outcome, person } = comparison
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return { kind: 'matched', userId, person, evidence: live.evidence, outcome, liveness }
}

async function applyFaceCheck(
  sessionContext: SessionContext,
  actor: Actor,
  context: FaceAttemptContext,
  faceCheck: FaceCheck,
): Promise<StepOutcome> {
  const { services } = sessionContext
  const { session } = context
  if (faceCheck.kind === 'matched') return applyFaceMatch(sessionContext, actor, context, faceCheck)
  if (faceCheck.kind === 'enrollable') return applyEnrolment(sessionContext, actor, context, faceCheck)
  if (faceCheck.kind === 'rejected') return applyRejection(sessionContext, actor, context, faceCheck.outcome)
  const ending = failSession(services, actor, session, faceCheck.kind)
  const message = 'The user has no enrolled face: enrol first'
  return { result: { session: ending.session, status: 'enroll', message, reasons: [] }, writes: ending.writes }
}

/** Allows another attempt, or fails the session after the last one. */
async function applyRejection(
  { services }: SessionContext,
  actor: Actor,
  { session, configuration }: FaceAttemptContext,
  outcome: VerifierOutcome,
): Promise<StepOutcome> {
  const message = faceAdvice(outcome)
  const { reasons } = outcome
  if (session.faceAttempts < configuration.maxAttempts) {
    const audit = auditWrite(actor, 'session.face-rejected', session.id, services.now(), {
      decision: outcome.decision,
      reasons: reasons.join(' '),
    })
    return { result: { session, status: 'retry', message, reasons }, writes: [audit] }
  }
  const ending = failSession(services, actor, session, 'face')
  return { result: { session: ending.session, status: 'failure', message, reasons }, writes: ending.writes }
}
