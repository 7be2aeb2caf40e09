import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide, type Write } from '../storage/index.ts'
import { findSession } from './session.ts'
import { keepJson } from './session-values.ts'

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
  const session = await findSession(services, actor.tenant, sessionId)
  if (community !== undefined && session.community !== community) throw new BillfoldError('session.unknown')
  // Two concurrent calls conflict on the row they replace; the loser retries.
  await decide(async () => {
    const saved = await keepJson(services, session, 'device-info', info)
    const audit = auditRecord(actor, 'session.device-info', sessionId, services.now())
    await services.storage.commit(batch(...saved, audit, ...additionalWrites))
  })
}
