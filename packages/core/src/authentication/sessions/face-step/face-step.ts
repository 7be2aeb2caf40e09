import { findFacePerson } from '../../../identity/biometrics/face-people.ts'
import { hasActiveUser } from '../../../identity/biometrics/face-recognition.ts'
import { presentedAgainOutcome, rememberFrames } from '../../../identity/biometrics/presented-frames.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Write } from '../../../kernel/storage/index.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { DecidedStep } from '../decided-step.ts'
import type { SessionContext } from '../session-context.ts'
import { assertSessionState, getActiveSession, type SessionRow } from '../session.ts'
import { checkRequirements } from './1-check-requirements.ts'
import { countFaceAttempt } from './2-count-attempt.ts'
import { verifyFace } from './3-verify-face.ts'
import { decideEnrolment } from './4-decide-enrolment.ts'
import { decideMatch } from './4-decide-match.ts'
import { decideNotEnrolled, decideRejection } from './4-decide-rejection.ts'
import { recordOutcomeWrite } from './face-attempts.ts'
import type { FaceStepResult } from './face-step-result.ts'
import type { FaceCheck, FaceStepInput, VerifiedAttempt } from './face-step-types.ts'

/**
 * Runs the stages of a face step up to its decision: checks the requirements, counts the attempt, and verifies the face. The attempt is
 * used up, and its outcome is not applied yet: {@link decideFaceStep} does that.
 * @param session the session as read
 * @throws BillfoldError `session.expired`, `session.invalid-state`, `session.wrong-client`, `session.no-attempts-left`,
 *   `session.no-user`, `session.factor-not-offered`, `liveness.required`, `selfie.invalid`, `rate.limited`, `verifier.unavailable`, `server.busy`
 */
export async function attemptFace(
  sessionContext: SessionContext,
  actor: Actor,
  session: SessionRow,
  input: FaceStepInput,
): Promise<VerifiedAttempt> {
  const { configuration, evidence } = await checkRequirements(sessionContext, session, input)
  const counted = await countFaceAttempt(sessionContext, actor, session, configuration.maxAttempts, input, evidence)
  const faceCheck = await verifyFace(sessionContext, actor, counted, evidence)
  return { session: counted.session, configuration, input, attempt: counted.attempt, faceCheck }
}

/**
 * Decides a face step. Call it within `retryOnConflict`, and commit the writes: they require that nothing the decision depends on has
 * changed.
 * @param attemptNumber the number of the attempt: from the second, the rows that may have changed are read again
 * @throws BillfoldError `session.expired`, `session.invalid-state`, `session.wrong-client`, `storage.conflict`, `user.not-found`,
 *   `user.limit-reached`, `gallery.limit-reached`
 */
export async function decideFaceStep(
  sessionContext: SessionContext,
  actor: Actor,
  verified: VerifiedAttempt,
  attemptNumber: number,
): Promise<DecidedStep<FaceStepResult>> {
  const current = attemptNumber === 1 ? verified : await reload(sessionContext, verified)
  const { faceCheck, writes } = await rejectPresentedFrames(sessionContext, current)
  const decided = await decide(sessionContext, actor, { ...current, faceCheck }, faceCheck)
  if (!('outcome' in faceCheck)) return decided
  const userId = 'userId' in faceCheck ? faceCheck.userId : undefined
  const recorded = recordOutcomeWrite(current.attempt, faceCheck.outcome, userId)
  return { ...decided, writes: [...decided.writes, ...writes, recorded] }
}

async function decide(
  sessionContext: SessionContext,
  actor: Actor,
  verified: VerifiedAttempt,
  faceCheck: FaceCheck,
): Promise<DecidedStep<FaceStepResult>> {
  if (faceCheck.kind === 'matched') return decideMatch(sessionContext, actor, verified, faceCheck)
  if (faceCheck.kind === 'enrollable') return decideEnrolment(sessionContext, actor, verified, faceCheck)
  if (faceCheck.kind === 'rejected') return decideRejection(sessionContext, actor, verified, faceCheck.outcome)
  return decideNotEnrolled(sessionContext, actor, verified, faceCheck.kind)
}

/** Rejects an accepted face with a frame that the user presented before; otherwise adds the writes that remember its frames. */
async function rejectPresentedFrames(
  { services }: SessionContext,
  { session, faceCheck }: VerifiedAttempt,
): Promise<{ readonly faceCheck: FaceCheck; readonly writes: readonly Write[] }> {
  if (faceCheck.kind !== 'matched' && faceCheck.kind !== 'enrollable') return { faceCheck, writes: [] }
  const { userId, frameHashes, outcome } = faceCheck
  const writes = await rememberFrames(services, { tenant: session.tenant, userId }, frameHashes)
  if (writes !== 'presented-again') return { faceCheck, writes }
  return { faceCheck: { kind: 'rejected', outcome: presentedAgainOutcome(outcome) }, writes: [] }
}

/** Reads the session again after a conflict, and checks that the user and the face are those that were verified. */
async function reload({ services }: SessionContext, verified: VerifiedAttempt): Promise<VerifiedAttempt> {
  const { tenant, id, community, userId: sessionUser } = verified.session
  const session = await getActiveSession(services, tenant, id)
  assertSessionState(session, 'started')
  if (session.callerKey !== verified.input.callerKey) throw new BillfoldError('session.wrong-client')
  const { faceCheck } = verified
  if (faceCheck.kind !== 'matched' && faceCheck.kind !== 'enrollable') return { ...verified, session }
  const { userId, person, outcome } = faceCheck
  if (!(await hasActiveUser(services, tenant, userId))) {
    // An archived user must not be distinguishable from a face that nobody has.
    if (sessionUser === null) return { ...verified, session, faceCheck: { kind: 'rejected', outcome } }
    throw new BillfoldError('user.not-found')
  }
  // The templates that were compared are those of this version of the person.
  const current = await findFacePerson(services, { tenant, community, userId })
  if (current?.id !== person?.id || current?.version !== person?.version) throw new BillfoldError('storage.conflict')
  return { ...verified, session }
}
