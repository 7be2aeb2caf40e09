import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Write } from '../../../kernel/storage/index.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { SessionContext } from '../session-context.ts'
import { assertSessionState, getActiveSession, type SessionRow } from '../session.ts'
import { trustedDeviceStillValid } from '../trusted-device-binding.ts'

/** The input of a PIN step. */
export interface PinStepInput {
  readonly sessionId: string
  /** The subject of the step token. */
  readonly userId: string
  /** The X coordinate of the caller's public key, base64url. */
  readonly callerKey: string
  readonly pin: string
  readonly device?: VerifiedDevice | undefined
  /** The device's own label, unverified. */
  readonly deviceId?: string | undefined
  /** True to trust the device, which must have proved possession of its key. */
  readonly trustDevice: boolean
}

/** A session that awaits the PIN, and the precondition that the device it is bound to is still trusted. */
export interface SessionAwaitingPin {
  readonly session: SessionRow
  readonly trust: readonly Write[]
}

/**
 * Loads the session of a PIN step.
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`, `device.invalid-proof`,
 *   `login.second-factor-required` if the device that replaced the face is no longer trusted
 */
export async function getSessionAwaitingPin(
  { services }: SessionContext,
  { tenant }: Actor,
  input: PinStepInput,
): Promise<SessionAwaitingPin> {
  const session = await getActiveSession(services, tenant, input.sessionId)
  assertAwaitsPin(session, input)
  return { session, trust: await trustedDeviceStillValid(services, session) }
}

/** Requires that the session awaits the PIN of this caller and device. */
export function assertAwaitsPin(session: SessionRow, { callerKey, userId, device }: PinStepInput): void {
  assertSessionState(session, 'face_verified')
  if (session.callerKey !== callerKey || session.userId !== userId) throw new BillfoldError('session.wrong-client')
  if (session.device !== null && session.device !== device?.thumbprint) throw new BillfoldError('device.invalid-proof')
}
