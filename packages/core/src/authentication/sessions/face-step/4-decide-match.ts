import { faceUnchanged, requireVerifier } from '../../../identity/biometrics/face-recognition.ts'
import { deviceTrustStillValid, findTrustedDevice } from '../../../identity/devices/trusted-devices.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { DecidedStep } from '../decided-step.ts'
import { completeSession, failSession } from '../end-session.ts'
import { requirePin } from '../pin-step/require-pin.ts'
import { retainFaceDataWrites, selectRetainedFaceData } from '../session-claims.ts'
import type { SessionContext } from '../session-context.ts'
import type { FaceStepResult } from './face-step-result.ts'
import type { FaceMatched, VerifiedAttempt } from './face-step-types.ts'
import { toFaceObservation } from './face-observation.ts'
import type { RiskDecision, RiskInput } from './risk-assessment.ts'

/**
 * Stage 4 for a face that matched: completes the session, requires the PIN, or fails the session because of the risk. The writes
 * require that the session, the user, the user's templates and the trusted device are unchanged.
 */
export async function decideMatch(
  sessionContext: SessionContext,
  actor: Actor,
  verified: VerifiedAttempt,
  match: FaceMatched,
): Promise<DecidedStep<FaceStepResult>> {
  const { services } = sessionContext
  const { session, configuration, input } = verified
  const { userId, outcome } = match
  const { reasons } = outcome
  const preconditions = faceUnchanged(match.person)
  const trusted = await findTrustedDevice(services, session.tenant, userId, input.device)
  const risk = await assessOrDeny(sessionContext, toRiskInput(sessionContext, verified, match, trusted !== undefined))
  if (risk === 'deny') {
    const ending = failSession(services, actor, session, 'risk')
    const message = 'The login was denied'
    const result: FaceStepResult = { session: ending.session, status: 'failure', message, reasons }
    return { result, writes: [...preconditions, ...ending.writes] }
  }
  const retainedData = selectRetainedFaceData(session, match)
  const writes = [
    ...(trusted === undefined ? [] : [deviceTrustStillValid(trusted)]),
    ...(await retainFaceDataWrites(services, session, retainedData)),
  ]
  const device = input.device?.thumbprint ?? null
  const pinRequired =
    input.withPin === true ||
    risk === 'step-up' ||
    configuration.pin === 'always' ||
    (configuration.pin === 'new-device' && trusted === undefined)
  if (pinRequired) {
    const message = 'The face was recognised; enter the PIN'
    const withoutPin = { message: 'A PIN is required, but the user has none', failure: 'no-pin' }
    const requirement = { userId, device, message, reasons, preconditions, writes, withoutPin }
    return requirePin(sessionContext, actor, session, requirement)
  }
  const ending = await completeSession(
    services,
    actor,
    session,
    { userId, device },
    { isKnownDevice: trusted !== undefined, face: toFaceObservation(match, input.cameraIndicator) },
  )
  const message = 'The face was recognised'
  const result: FaceStepResult = { session: ending.session, status: 'success', message, reasons, retainedData }
  return { result, writes: [...preconditions, ...ending.writes, ...writes] }
}

function toRiskInput(
  { faces }: SessionContext,
  { session, input, attempt }: VerifiedAttempt,
  { userId, outcome, liveness }: FaceMatched,
  trusted: boolean,
): RiskInput {
  const { tenant, community } = session
  const { device, cameraIndicator = {} } = input
  return {
    tenant,
    community,
    userId,
    attempt: attempt.number,
    device: trusted ? 'trusted' : device === undefined ? 'unknown' : 'new',
    cameraIndicator,
    liveness,
    comparison: outcome,
    assurance: requireVerifier(faces).capabilities.assurance,
  }
}

/** Runs the host's assessment. One that throws counts as `deny`. */
async function assessOrDeny({ assessRisk, services }: SessionContext, input: RiskInput): Promise<RiskDecision> {
  try {
    return await assessRisk(input)
  } catch (error) {
    services.logger.error({ error: error instanceof Error ? error.message : typeof error }, 'risk assessment failed')
    return 'deny'
  }
}
