import { enrolmentWrites } from '../../../identity/biometrics/enrolment.ts'
import { deviceTrustStillValid, findTrustedDevice } from '../../../identity/devices/trusted-devices.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { DecidedStep } from '../decided-step.ts'
import { completeSession } from '../end-session.ts'
import { requirePin } from '../pin-step/require-pin.ts'
import { retainFaceDataWrites, selectRetainedFaceData } from '../session-claims.ts'
import type { SessionContext } from '../session-context.ts'
import { savePendingEnrolmentWrites } from './pending-enrolment.ts'
import type { FaceStepResult } from './face-step-result.ts'
import type { FaceEnrollable, VerifiedAttempt } from './face-step-types.ts'

/**
 * Stage 4 for a face that can be enrolled: enrols it at once if the host has verified the user's identity or the device is trusted.
 * Otherwise requires the user's PIN first, and stores the sealed templates with the session until then.
 */
export async function decideEnrolment(
  sessionContext: SessionContext,
  actor: Actor,
  { session, input }: VerifiedAttempt,
  seen: FaceEnrollable,
): Promise<DecidedStep<FaceStepResult>> {
  const { services } = sessionContext
  const { userId, outcome, templates, person } = seen
  const { reasons } = outcome
  const { tenant, community } = session
  const trusted = await findTrustedDevice(services, tenant, userId, input.device)
  const retainedData = selectRetainedFaceData(session, seen)
  const retainWrites = await retainFaceDataWrites(services, session, retainedData)
  const device = input.device?.thumbprint ?? null
  if ((session.identityVerified || trusted !== undefined) && input.withPin !== true) {
    const ending = await completeSession(services, actor, session, { device }, { isKnownDevice: trusted !== undefined })
    // Requires that the person has not changed since it was compared with.
    const enrolment = await enrolmentWrites(services, actor, { tenant, community, userId }, person, templates)
    const preconditions = trusted === undefined ? [] : [deviceTrustStillValid(trusted)]
    const message = 'The face was enrolled'
    const result: FaceStepResult = { session: ending.session, status: 'success', message, reasons, retainedData }
    return { result, writes: [...ending.writes, ...preconditions, ...enrolment, ...retainWrites] }
  }
  return requirePin(sessionContext, actor, session, {
    userId,
    device,
    message: 'The face was accepted; enter the PIN to enrol it',
    reasons,
    preconditions: [],
    writes: [...(await savePendingEnrolmentWrites(services, session, templates, person)), ...retainWrites],
    withoutPin: { message: 'Enrolling a face requires a PIN or a trusted device', failure: 'no-second-factor' },
  })
}
