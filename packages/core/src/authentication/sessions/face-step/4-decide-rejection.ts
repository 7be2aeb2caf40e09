import { faceAdvice } from '../../../identity/biometrics/face-advice.ts'
import type { VerifierOutcome } from '../../../identity/biometrics/verifier.ts'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import type { DecidedStep } from '../decided-step.ts'
import { failSession } from '../end-session.ts'
import type { SessionContext } from '../session-context.ts'
import { sessionUnchanged } from '../session.ts'
import type { FaceStepResult } from './face-step-result.ts'
import type { VerifiedAttempt } from './face-step-types.ts'

/** Stage 4 for a face that was not recognised: allows another attempt, or fails the session after the last one. */
export function decideRejection(
  { services }: SessionContext,
  actor: Actor,
  { session, configuration }: VerifiedAttempt,
  outcome: VerifierOutcome,
): DecidedStep<FaceStepResult> {
  const message = faceAdvice(outcome)
  const { reasons } = outcome
  const now = services.now()
  if (session.faceAttempts < configuration.maxAttempts) {
    const details = { decision: outcome.decision, reasons: reasons.join(' ') }
    const audit = auditWrite(actor, 'session.face-rejected', session.id, now, details)
    return { result: { session, status: 'retry', message, reasons }, writes: [sessionUnchanged(session, now), audit] }
  }
  const ending = failSession(services, actor, session, 'face')
  return { result: { session: ending.session, status: 'failure', message, reasons }, writes: ending.writes }
}

/** Stage 4 for a user without an enrolled face, or without one that the verifier can compare: fails the session. */
export function decideNotEnrolled(
  { services }: SessionContext,
  actor: Actor,
  { session }: VerifiedAttempt,
  failure: 'not-enrolled' | 're-enrol',
): DecidedStep<FaceStepResult> {
  const ending = failSession(services, actor, session, failure)
  const message = 'The user has no enrolled face: enrol first'
  return { result: { session: ending.session, status: 'enroll', message, reasons: [] }, writes: ending.writes }
}
