import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide, type Write } from '../storage/index.ts'
import { findSession } from './session.ts'
import { keepJson } from './session-values.ts'

/** What a caller adds to the login attempt of a session. It never decides who the session's user is. */
export interface DeviceInfo {
  readonly deviceInfo?: unknown
  readonly userInfo?: unknown
}

/**
 * Keeps it, in place of what was added before.
 * @throws BillfoldError `session.unknown`, also for a session of another community than the one that is given
 */
export async function addDeviceInfo(
  services: Services,
  actor: Actor,
  sessionId: string,
  info: DeviceInfo,
  community: string | undefined,
  further: readonly Write[],
): Promise<void> {
  const session = await findSession(services, actor.tenant, sessionId)
  if (community !== undefined && session.community !== community) throw new BillfoldError('session.unknown')
  // Of two at once, each of which puts its own in place of what it saw, one is refused and does it again.
  await decide(async () => {
    const kept = await keepJson(services, session, 'device-info', info)
    const audit = auditRecord(actor, 'session.device-info', sessionId, services.now())
    await services.storage.commit(batch(...kept, audit, ...further))
  })
}
