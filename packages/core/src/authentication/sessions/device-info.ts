import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, type Write } from '../../kernel/storage/index.ts'
import { getSession } from './session.ts'
import { saveSessionJsonWrites } from './session-values.ts'

/** Unverified device and user information for a session's login attempt. It never determines the session's user. */
export interface DeviceInfo {
  readonly deviceInfo?: unknown
  readonly userInfo?: unknown
}

/**
 * Stores the device information of a session, replacing what was stored before.
 * @param community if given, the session must belong to it
 * @throws BillfoldError `session.not-found`, also for a session of another community
 */
export async function addDeviceInfo(
  services: Services,
  actor: Actor,
  sessionId: string,
  info: DeviceInfo,
  community: string | undefined,
  additionalWrites: readonly Write[],
): Promise<void> {
  const session = await getSession(services, actor.tenant, sessionId)
  if (community !== undefined && session.community !== community) throw new BillfoldError('session.not-found')
  // Two concurrent calls conflict on the row they replace; the loser retries.
  await retryOnConflict(async () => {
    const saved = await saveSessionJsonWrites(services, session, 'device-info', info)
    const audit = auditWrite(actor, 'session.device-info-read', sessionId, services.now())
    await services.storage.commit(batch(...saved, audit, ...additionalWrites))
  })
}
