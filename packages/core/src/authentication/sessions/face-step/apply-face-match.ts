import type { Actor } from '../../../platform/audit/audit-write.ts'
import { facePeople } from '../../../identity/biometrics/face-tables.ts'
import { requireVerifier } from '../../../identity/biometrics/face-recognition.ts'
import { findFacePerson } from '../../../identity/biometrics/face-people.ts'
import { findTrustedDevice, deviceTrustStillValid } from '../../../identity/devices/trusted-devices.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Services } from '../../../platform/services.ts'
import { check, type Write } from '../../../kernel/storage/index.ts'
import { users } from '../../../identity/users/table.ts'
import { failSession, completeSession } from '../end-session.ts'
import type { FaceAttemptContext, FaceMatched, StepOutcome } from './face-step-types.ts'
import type { SessionContext } from '../session-context.ts'
import { requirePin } from '../pin-step/require-pin.ts'
import { selectRetainedFaceData, retainFaceDataWrites } from '../session-claims.ts'
import type { RiskDecision, RiskInput } from './risk-assessment.ts'
import type { SessionRow } from '../session.ts'

/**
 * Applies a face match: completes the session, requires the PIN, or fails the session because of the risk. The commit requires that
 * the session, the user, the user's templates and the trusted device are unchanged.
 */
export async function applyFaceMatch(
  sessionContext: SessionContext,
  actor: Actor,
  context: FaceAttemptContext,
  match: FaceMatched,
): Promise<StepOutcome> {
  const { services } = sessionContext
  const { session, configuration, input } = context
  const { userId, outcome } = match
  const { reasons } = outcome
  const trusted = await findTrustedDevice(services, session.tenant, userId, input.device)
  const risk = await assessOrDeny(sessionContext, toRiskInput(sessionContext, context, match, trusted !== undefined))
  if (risk === 'deny') {
    const ending = failSession(services, actor, session, 'risk')
    const result = { session: ending.session, status: 'failure', message: 'The login was denied', reasons } as const
    return { result, writes: ending.writes }
  }
  const retained = selectRetainedFaceData(session, match)
  const writes = [
    ...(await userAndFaceUnchanged(services, match, session)),
    ...(trusted === undefined ? [] : [deviceTrustStillValid(trusted)]),
    ...(await retainFaceDataWrites(services, session, retained)),
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
    return requirePin(sessionContext, actor, session, {
      userId,
      device,
      message,
      reasons,
      writes,
      withoutPin: withoutPin,
    })
  }
  const ending = completeSession(services, actor, session, { userId, device })
  const message = 'The face was recognised'
  const result = { session: ending.session, status: 'success', message, reasons, retainedData: retained } as const
  return { result, writes: [...ending.writes, ...writes] }
}

/**
 * Builds the preconditions that the user is active and the templates are those the face matched.
 * @throws BillfoldError `storage.conflict` if the templates changed during verification; `user.not-found`
 */
async function userAndFaceUnchanged(
  services: Services,
  { userId, person }: FaceMatched,
  { tenant, community }: SessionRow,
): Promise<readonly Write[]> {
  const now = await findFacePerson(services, { tenant, community, userId })
  if (now?.id !== person.id || now.version !== person.version) throw new BillfoldError('storage.conflict')
  const [user] = await services.storage.find(users, { where: { id: userId, tenant, archivedAt: null }, limit: 1 })
  if (user === undefined) throw new BillfoldError('user.not-found')
  return [
    check(users, { where: { id: userId, tenant, archivedAt: null } }),
    check(facePeople, { where: { id: person.id, version: person.version } }),
  ]
}

function toRiskInput(
  { faces }: SessionContext,
  { session, input, attempt }: FaceAttemptContext,
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
