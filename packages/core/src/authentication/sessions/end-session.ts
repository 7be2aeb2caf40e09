import type { IdentityServices } from '../../identity/services.ts'
import type { Act } from '../../platform/acts/act.ts'
import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import type { EventData } from '../../platform/events/event.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Write } from '../../kernel/storage/index.ts'
import { endedState, transitionSession, type SessionRow } from './session.ts'

/** The writes of a state transition, and the session as it is once they are committed. */
export interface SessionTransition {
  readonly session: SessionRow
  readonly writes: readonly Write[]
}

/**
 * Completes a session successfully, once the modules have authorized the login: the state change, its audit record and the
 * `session.verified` event. `changes` are applied with it.
 * @throws BillfoldError those of `authorizeAct`
 */
export async function completeSession(
  services: IdentityServices,
  actor: Actor,
  session: SessionRow,
  changes: Partial<SessionRow>,
  login: Pick<Act, 'isKnownDevice' | 'face'> = {},
): Promise<SessionTransition> {
  const now = services.now()
  const set = { ...changes, ...endedState('succeeded', now) }
  const after = { ...session, ...set, version: session.version + 1 }
  const counted = await authorizeAct(services, () => ({
    kind: 'login',
    actor,
    userId: after.userId,
    ...login,
    content: `session ${session.purpose}`,
  }))
  const audit = auditWrite(actor, 'session.succeeded', session.id, now, {
    purpose: session.purpose,
    user: after.userId ?? '',
  })
  const events = eventWrites(services, session.tenant, 'session.verified', sessionEvent(after))
  return { session: after, writes: [transitionSession(session, now, set), audit, ...events, ...counted] }
}

/** Fails a session: the state change, its audit record and the `session.failed` event. `failure` is a one-word reason. */
export function failSession(
  services: IdentityServices,
  actor: Actor,
  session: SessionRow,
  failure: string,
): SessionTransition {
  const now = services.now()
  const set = { failure, ...endedState('failed', now) }
  const after = { ...session, ...set, version: session.version + 1 }
  const audit = auditWrite(actor, 'session.failed', session.id, now, { failure })
  const events = eventWrites(services, session.tenant, 'session.failed', { ...sessionEvent(after), failure })
  return { session: after, writes: [transitionSession(session, now, set), audit, ...events] }
}

function sessionEvent({ id: sessionId, community, purpose, userId }: SessionRow): EventData<'session.verified'> {
  return { sessionId, community, purpose, userId }
}
