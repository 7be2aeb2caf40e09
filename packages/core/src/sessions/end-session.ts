import { type Actor, auditRecord } from '../audit/record.ts'
import type { EventData } from '../events/event.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import { ended, sessionMoves, type SessionRow } from './session.ts'

/** The writes of a state transition, and the session as it is once they are committed. */
export interface Ending {
  readonly session: SessionRow
  readonly writes: readonly Write[]
}

/** Completes a session successfully: the state change, its audit record and the `session.verified` event. `changes` are applied with it. */
export function succeeds(services: Services, actor: Actor, session: SessionRow, changes: Partial<SessionRow>): Ending {
  const now = services.now()
  const set = { ...changes, ...ended('succeeded', now) }
  const after = { ...session, ...set, version: session.version + 1 }
  const audit = auditRecord(actor, 'session.succeeded', session.id, now, {
    purpose: session.purpose,
    user: after.userId ?? '',
  })
  const events = eventWrites(services, session.tenant, 'session.verified', sessionEvent(after))
  return { session: after, writes: [sessionMoves(session, now, set), audit, ...events] }
}

/** Fails a session: the state change, its audit record and the `session.failed` event. `failure` is a one-word reason. */
export function fails(services: Services, actor: Actor, session: SessionRow, failure: string): Ending {
  const now = services.now()
  const set = { failure, ...ended('failed', now) }
  const after = { ...session, ...set, version: session.version + 1 }
  const audit = auditRecord(actor, 'session.failed', session.id, now, { failure })
  const events = eventWrites(services, session.tenant, 'session.failed', { ...sessionEvent(after), failure })
  return { session: after, writes: [sessionMoves(session, now, set), audit, ...events] }
}

function sessionEvent({ id: sessionId, community, purpose, userId }: SessionRow): EventData<'session.verified'> {
  return { sessionId, community, purpose, userId }
}
