import { listDevices } from '../devices/trust.ts'
import type { Services } from '../services.ts'
import { liveSession, type SessionRow } from './session.ts'

/** What anybody who knows a session's id may learn of it. */
export interface SessionResult {
  readonly status: 'success' | 'failure' | 'pending'
  readonly message: string
  /** Whether the user of a session that has succeeded trusts a device that calls itself so. */
  readonly isTrustedDevice?: boolean
}

/** @throws BillfoldError `session.unknown`, `session.expired` */
export async function sessionResult(
  services: Services,
  tenant: string,
  id: string,
  deviceId: string | undefined,
): Promise<SessionResult> {
  const session = await liveSession(services, tenant, id)
  const status = statusOf(session)
  const messages = {
    success: 'The user is authenticated',
    failure: 'The user is not authenticated',
    pending: 'Not done yet',
  }
  const told = { status, message: messages[status] }
  if (deviceId === undefined) return told
  return { ...told, isTrustedDevice: await trusts(services, session, deviceId) }
}

/** A session's state in the words of the API. */
export function statusOf({ state }: SessionRow): SessionResult['status'] {
  return state === 'succeeded' ? 'success' : state === 'failed' ? 'failure' : 'pending'
}

async function trusts(services: Services, { state, tenant, userId }: SessionRow, deviceId: string): Promise<boolean> {
  if (state !== 'succeeded' || userId === null) return false
  return (await listDevices(services, tenant, userId)).some(({ label }) => label === deviceId)
}
