import type { IdentityServices } from '../../../identity/services.ts'
import { trustDeviceWrites } from '../../../identity/devices/trusted-devices.ts'
import { type AuthorizedMethod, methodUnchanged } from '../../../identity/signing-methods/authorized-method.ts'
import { users } from '../../../identity/users/table.ts'
import { check } from '../../../kernel/storage/index.ts'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import type { DecidedStep } from '../decided-step.ts'
import { completeSession, failSession } from '../end-session.ts'
import { pendingEnrolmentWrites } from '../face-step/pending-enrolment.ts'
import { sessionUnchanged, type SessionRow } from '../session.ts'
import { maxPinAttempts } from './1-count-attempt.ts'
import type { PinStepInput, SessionAwaitingPin } from './session-awaiting-pin.ts'

/** The result of a PIN step. */
export interface PinStepResult {
  readonly session: SessionRow
  readonly isAuthenticated: boolean
}

/** Stage 2 for a PIN that is wrong, locked or missing: allows another attempt, or fails the session after the last one. */
export function decideWrongPin(
  services: IdentityServices,
  actor: Actor,
  session: SessionRow,
): DecidedStep<PinStepResult> {
  const now = services.now()
  const audit = auditWrite(actor, 'session.pin-rejected', session.id, now, { user: session.userId ?? '' })
  if (session.pinAttempts < maxPinAttempts)
    return { result: { session, isAuthenticated: false }, writes: [sessionUnchanged(session, now), audit] }
  const ending = failSession(services, actor, session, 'pin')
  return { result: { session: ending.session, isAuthenticated: false }, writes: [...ending.writes, audit] }
}

/**
 * Stage 2 for a correct PIN: completes the session in one commit with the trusted device and the pending enrolment. The writes require
 * that the PIN, the user and the device that replaced the face are unchanged.
 */
export async function decideAuthenticated(
  services: IdentityServices,
  actor: Actor,
  { session, trust }: SessionAwaitingPin,
  { device, deviceId, trustDevice, userId }: PinStepInput,
  authorized: AuthorizedMethod,
): Promise<DecidedStep<PinStepResult>> {
  const ending = await completeSession(services, actor, session, {}, trust.length > 0 ? { isKnownDevice: true } : {})
  const trusting = trustDevice && device !== undefined
  const writes = [
    ...ending.writes,
    ...trust,
    methodUnchanged(authorized),
    check(users, { where: { id: userId, tenant: session.tenant, archivedAt: null } }),
    ...(trusting ? await trustDeviceWrites(services, actor, userId, device, deviceId ?? 'unnamed') : []),
    ...(await pendingEnrolmentWrites(services, actor, session)),
  ]
  return { result: { session: ending.session, isAuthenticated: true }, writes }
}
