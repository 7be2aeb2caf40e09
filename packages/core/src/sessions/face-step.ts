import type { Actor } from '../audit/record.ts'
import { auditRecord } from '../audit/record.ts'
import type { Asker } from '../biometrics/checked-verifier.ts'
import { compareWithUser, identify, verifierOf } from '../biometrics/faces.ts'
import type { Evidence, Outcome } from '../biometrics/verifier.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import { batch, decide, type Write } from '../storage/index.ts'
import { fails } from './end-session.ts'
import { seenForEnrolment, settleEnrolment } from './enrol-step.ts'
import { checkedEvidence, demandedEvidence } from './evidence.ts'
import { attemptConcluded, type CountedAttempt, countAttempt, giveAttemptBack } from './face-attempt.ts'
import { type FaceResult, messageFor } from './face-result.ts'
import type { Attempted, FaceSubmission, Seen, Settled } from './face-submission.ts'
import { type Conclude, type SessionSetup, tellHooks } from './setup.ts'
import { assertBrowser, configurationOf } from './open-session.ts'
import { assertState, liveSession, type SessionRow } from './session.ts'
import { settleMatch } from './settle-match.ts'

/**
 * Runs the face step of a session: counts the attempt, verifies the face, and commits the outcome together with the stored reply.
 * @param buildReply builds the reply to the caller, and the writes that store it in the same commit
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `session.no-attempts-left`, `session.no-user`, `liveness.required`, `selfie.invalid`, `rate.limited`, `verifier.unavailable`,
 *   `user.limit-reached`, `gallery.limit-reached`
 */
export async function submitFace<Reply>(
  sessionContext: SessionSetup,
  actor: Actor,
  input: FaceSubmission,
  buildReply: Conclude<FaceResult, Reply>,
): Promise<Reply> {
  const { services, faces } = sessionContext
  const session = await liveSession(services, actor.tenant, input.sessionId)
  assertBrowser(session, input.browserSecret)
  assertState(session, 'started')
  const configuration = await configurationOf(services, session)
  if (session.userId === null && !configuration.identify) throw new BillfoldError('session.no-user')
  const evidence = demandedEvidence(faces, configuration, input)
  const { callerKey, cameraIndicator = {}, deviceId } = input
  const inputs = { cameraIndicator, deviceId }
  const attempt = await countAttempt(sessionContext, session, callerKey, configuration.maxAttempts, inputs, evidence)
  let faceCheck: Seen
  try {
    faceCheck = await checkFace(sessionContext, actor, session, evidence)
  } catch (error) {
    // The face was not verified: an outage must not use up an attempt.
    if (isBillfoldError(error, 'verifier.unavailable') || isBillfoldError(error, 'server.busy'))
      await giveAttemptBack(services, session, attempt)
    throw error
  }
  const committed = await decide(async () => {
    const current = await liveSession(services, actor.tenant, session.id)
    assertState(current, 'started')
    if (current.callerKey !== callerKey) throw new BillfoldError('session.elsewhere')
    const { result, writes } = await applyFaceCheck(
      sessionContext,
      actor,
      { session: current, configuration, submission: input, attempt },
      faceCheck,
    )
    const built = await buildReply(result)
    await services.storage.commit(batch(...writes, ...outcomeWrites(faceCheck, attempt), ...built.writes))
    return { result, reply: built.reply }
  })
  await tellHooks(sessionContext, committed.result.session)
  return committed.reply
}

function outcomeWrites(faceCheck: Seen, attempt: CountedAttempt): readonly Write[] {
  return 'outcome' in faceCheck ? [attemptConcluded(attempt, faceCheck.outcome)] : []
}

/** Has the verifier check liveness and identity. Writes nothing. */
async function checkFace(
  sessionContext: SessionSetup,
  actor: Actor,
  session: SessionRow,
  evidence: Evidence,
): Promise<Seen> {
  const { services, faces } = sessionContext
  const verifierCaller: Asker = { tenant: session.tenant, source: actor.source }
  const live = await checkedEvidence(services, verifierOf(faces), verifierCaller, session, evidence)
  if (live.kind === 'rejected') return live
  const { liveness } = live
  if (session.purpose === 'enroll') return seenForEnrolment(faces, verifierCaller, session, live.evidence, liveness)
  const { tenant, community, userId } = session
  if (userId === null) {
    const found = await identify(faces, verifierCaller, community, live.evidence)
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
  sessionContext: SessionSetup,
  actor: Actor,
  context: Attempted,
  faceCheck: Seen,
): Promise<Settled> {
  const { services } = sessionContext
  const { session } = context
  if (faceCheck.kind === 'matched') return settleMatch(sessionContext, actor, context, faceCheck)
  if (faceCheck.kind === 'enrollable') return settleEnrolment(sessionContext, actor, context, faceCheck)
  if (faceCheck.kind === 'rejected') return applyRejection(sessionContext, actor, context, faceCheck.outcome)
  const ending = fails(services, actor, session, faceCheck.kind)
  const message = 'The user has no enrolled face: enrol first'
  return { result: { session: ending.session, status: 'enroll', message, reasons: [] }, writes: ending.writes }
}

/** Allows another attempt, or fails the session after the last one. */
async function applyRejection(
  { services }: SessionSetup,
  actor: Actor,
  { session, configuration }: Attempted,
  outcome: Outcome,
): Promise<Settled> {
  const message = messageFor(outcome)
  const { reasons } = outcome
  if (session.faceAttempts < configuration.maxAttempts) {
    const audit = auditRecord(actor, 'session.face-refused', session.id, services.now(), {
      decision: outcome.decision,
      reasons: reasons.join(' '),
    })
    return { result: { session, status: 'retry', message, reasons }, writes: [audit] }
  }
  const ending = fails(services, actor, session, 'face')
  return { result: { session: ending.session, status: 'failure', message, reasons }, writes: ending.writes }
}
