import { type Actor, auditRecord } from '../audit/record.ts'
import type { EventData } from '../events/event.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import { ended, sessionMoves, type SessionRow } from './session.ts'

/** A session as it will be once the writes are committed. */
export interface Ending {
  readonly session: SessionRow
  readonly writes: readonly Write[]
}

/** The writes that end a session well. `further` is what changes with it. */
export function succeeds(services: Services, actor: Actor, session: SessionRow, further: Partial<SessionRow>): Ending {
  const now = services.now()
  const set = { ...further, ...ended('succeeded', now) }
  const after = { ...session, ...set, version: session.version + 1 }
  const audit = auditRecord(actor, 'session.succeeded', session.id, now, {
    purpose: session.purpose,
    user: after.userId ?? '',
  })
  const told = eventWrites(services, session.tenant, 'session.verified', sessionEvent(after))
  return { session: after, writes: [sessionMoves(session, now, set), audit, ...told] }
}

/** The writes that end a session badly, and say why in one word. */
export function fails(services: Services, actor: Actor, session: SessionRow, failure: string): Ending {
  const now = services.now()
  const set = { failure, ...ended('failed', now) }
  const after = { ...session, ...set, version: session.version + 1 }
  const audit = auditRecord(actor, 'session.failed', session.id, now, { failure })
  const told = eventWrites(services, session.tenant, 'session.failed', { ...sessionEvent(after), failure })
  return { session: after, writes: [sessionMoves(session, now, set), audit, ...told] }
}

function sessionEvent({ id: sessionId, community, purpose, userId }: SessionRow): EventData<'session.verified'> {
  return { sessionId, community, purpose, userId }
}
