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
 * Takes the face step of a session: counts the attempt, has the face looked at, and decides what follows, in one commit with the
 * answer.
 * @throws BillfoldError `session.unknown`, `session.expired`, `session.step`, `session.elsewhere`, `session.no-attempts-left`,
 *   `liveness.required`, `selfie.invalid`, `rate.limited`, `verifier.unavailable`, `user.full`, `gallery.full`
 */
export async function submitFace<Answer>(
  setup: SessionSetup,
  actor: Actor,
  submission: FaceSubmission,
  conclude: Conclude<FaceResult, Answer>,
): Promise<Answer> {
  const { services, faces } = setup
  const session = await liveSession(services, actor.tenant, submission.sessionId)
  assertBrowser(session, submission.browserSecret)
  assertState(session, 'opened')
  const configuration = await configurationOf(services, session)
  if (session.userId === null && !configuration.identify) throw new BillfoldError('session.no-user')
  const evidence = demandedEvidence(faces, configuration, submission)
  const { callerKey, cameraIndicator = {}, deviceId } = submission
  const inputs = { cameraIndicator, deviceId }
  const attempt = await countAttempt(setup, session, callerKey, configuration.maxAttempts, inputs, evidence)
  let seen: Seen
  try {
    seen = await look(setup, actor, session, evidence)
  } catch (error) {
    // Nobody has looked at the face: an outage costs no attempt.
    if (isBillfoldError(error, 'verifier.unavailable') || isBillfoldError(error, 'server.busy'))
      await giveAttemptBack(services, session, attempt)
    throw error
  }
  const settled = await decide(async () => {
    const now = await liveSession(services, actor.tenant, session.id)
    assertState(now, 'opened')
    if (now.callerKey !== callerKey) throw new BillfoldError('session.elsewhere')
    const { result, writes } = await settle(setup, actor, { session: now, configuration, submission, attempt }, seen)
    const concluded = await conclude(result)
    await services.storage.commit(batch(...writes, ...outcomeOf(seen, attempt), ...concluded.writes))
    return { result, answer: concluded.answer }
  })
  await tellHooks(setup, settled.result.session)
  return settled.answer
}

function outcomeOf(seen: Seen, attempt: CountedAttempt): readonly Write[] {
  return 'outcome' in seen ? [attemptConcluded(attempt, seen.outcome)] : []
}

/** Has the verifier look: whether a live person is there, and who it is. Nothing is written. */
async function look(setup: SessionSetup, actor: Actor, session: SessionRow, evidence: Evidence): Promise<Seen> {
  const { services, faces } = setup
  const asker: Asker = { tenant: session.tenant, source: actor.source }
  const checked = await checkedEvidence(services, verifierOf(faces), asker, session, evidence)
  if (checked.kind === 'refused') return checked
  const { liveness } = checked
  if (session.purpose === 'enroll') return seenForEnrolment(faces, asker, session, checked.evidence, liveness)
  const { tenant, community, userId } = session
  if (userId === null) {
    const found = await identify(faces, asker, community, checked.evidence)
    if (found.kind === 'nobody') return { kind: 'refused', outcome: found.outcome }
    const { person, outcome } = found
    return { kind: 'matched', userId: person.userId, person, evidence: checked.evidence, outcome, liveness }
  }
  const compared = await compareWithUser(faces, asker, { tenant, community, userId }, checked.evidence)
  if (compared.kind !== 'compared') return compared
  const { outcome, person } = compared
  if (outcome.decision !== 'pass') return { kind: 'refused', outcome }
  return { kind: 'matched', userId, person, evidence: checked.evidence, outcome, liveness }
}

async function settle(setup: SessionSetup, actor: Actor, attempted: Attempted, seen: Seen): Promise<Settled> {
  const { services } = setup
  const { session } = attempted
  if (seen.kind === 'matched') return settleMatch(setup, actor, attempted, seen)
  if (seen.kind === 'to-enrol') return settleEnrolment(setup, actor, attempted, seen)
  if (seen.kind === 'refused') return settleRefusal(setup, actor, attempted, seen.outcome)
  const ending = fails(services, actor, session, seen.kind)
  const message = 'There is no face to compare with yet: enrol first'
  return { result: { session: ending.session, status: 'enroll', message, reasons: [] }, writes: ending.writes }
}

/** One attempt less, and at the last the session is over. */
async function settleRefusal(
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
