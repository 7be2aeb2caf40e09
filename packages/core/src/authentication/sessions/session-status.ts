import type { IdentityServices } from '../../identity/services.ts'
import { listDevices } from '../../identity/devices/trusted-devices.ts'
import { isCancelled } from './cancel-session.ts'
import { type AuthenticationMethod, findSessionMethods } from './session-claims.ts'
import { getActiveSession, type SessionRow } from './session.ts'

/** The session status visible to any caller who knows the session's id. */
export interface SessionStatusReport {
  readonly status: 'success' | 'failure' | 'pending'
  readonly message: string
  /** How the user was authenticated (RFC 8176), if the session has succeeded. */
  readonly amr?: readonly AuthenticationMethod[]
  /** True if the session has succeeded and its user trusts a device with this label. */
  readonly isTrustedDevice?: boolean
}

/**
 * Loads the public status of a session.
 * @param deviceId the label of a device, to find out if the user trusts it
 * @throws BillfoldError `session.not-found`, `session.expired`
 */
export async function getSessionStatus(
  services: IdentityServices,
  tenant: string,
  id: string,
  deviceId: string | undefined,
): Promise<SessionStatusReport> {
  const session = await getActiveSession(services, tenant, id)
  const status = toApiStatus(session)
  const messages = {
    success: 'The user is authenticated',
    failure: isCancelled(session) ? 'The user cancelled the session' : 'The user is not authenticated',
    pending: 'The session is pending',
  }
  const amr = status === 'success' ? { amr: await findSessionMethods(services, session) } : {}
  const report = { status, message: messages[status], ...amr }
  if (deviceId === undefined) return report
  return { ...report, isTrustedDevice: await hasTrustedDevice(services, session, deviceId) }
}

/** Converts a session's state to the status of the API. */
export function toApiStatus({ state }: SessionRow): SessionStatusReport['status'] {
  return state === 'succeeded' ? 'success' : state === 'failed' ? 'failure' : 'pending'
}

async function hasTrustedDevice(
  services: IdentityServices,
  { state, tenant, userId }: SessionRow,
  deviceId: string,
): Promise<boolean> {
  if (state !== 'succeeded' || userId === null) return false
  return (await listDevices(services, tenant, userId)).some(({ label }) => label === deviceId)
}
