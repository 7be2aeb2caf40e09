import type { IdentityServices } from '../../identity/services.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Write } from '../../kernel/storage/index.ts'
import { getSession, type SessionRow } from './session.ts'
import { saveSessionJsonWrites } from './session-values.ts'

/** Unverified device and user information for a session's login attempt. It never determines the session's user. */
export interface DeviceInfo {
  readonly deviceInfo?: unknown
  readonly userInfo?: unknown
}

/**
 * Loads the session that device information is added to.
 * @param community if given, the session must belong to it
 * @throws BillfoldError `session.not-found`, also for a session of another community
 */
export async function getSessionForDeviceInfo(
  services: IdentityServices,
  tenant: string,
  sessionId: string,
  community: string | undefined,
): Promise<SessionRow> {
  const session = await getSession(services, tenant, sessionId)
  if (community !== undefined && session.community !== community) throw new BillfoldError('session.not-found')
  return session
}

/**
 * Builds the writes that store the device information of a session, replacing what was stored before. Commit them within
 * `retryOnConflict`: two concurrent calls conflict on the row that they replace, and the loser retries.
 */
export async function deviceInfoWrites(
  services: IdentityServices,
  actor: Actor,
  session: SessionRow,
  info: DeviceInfo,
): Promise<readonly Write[]> {
  const saved = await saveSessionJsonWrites(services, session, 'device-info', info)
  return [...saved, auditWrite(actor, 'session.device-info-read', session.id, services.now())]
}
