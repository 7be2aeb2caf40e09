import { type Actor, auditRecord } from '../audit/record.ts'
import { outboxMessage } from '../outbox/index.ts'
import type { Services } from '../services.ts'
import type { Write } from '../storage/index.ts'
import { ended, sessionMoves, type SessionRow } from './session.ts'

/** A session as it will be once the writes are committed. */
export interface Ending {
  readonly session: SessionRow
  readonly writes: readonly Write[]
}

/** The writes that end a session well. `further` is what changes with it. */
export async function succeeds(
  services: Services,
  actor: Actor,
  session: SessionRow,
  further: Partial<SessionRow>,
): Promise<Ending> {
  const now = services.now()
  const set = { ...further, ...ended('succeeded', now) }
  const after = { ...session, ...set, version: session.version + 1 }
  const audit = auditRecord(actor, 'session.succeeded', session.id, now, {
    purpose: session.purpose,
    user: after.userId ?? '',
  })
  return { session: after, writes: [sessionMoves(session, now, set), audit, await message(services, after)] }
}

/** The writes that end a session badly, and say why in one word. */
export async function fails(services: Services, actor: Actor, session: SessionRow, failure: string): Promise<Ending> {
  const now = services.now()
  const set = { failure, ...ended('failed', now) }
  const after = { ...session, ...set, version: session.version + 1 }
  const audit = auditRecord(actor, 'session.failed', session.id, now, { failure })
  return { session: after, writes: [sessionMoves(session, now, set), audit, await message(services, after)] }
}

/** Tells the host, by the outbox, that a session has ended. */
function message(services: Services, session: SessionRow): Promise<Write> {
  const { id: subject, tenant, state, community, purpose, userId, failure } = session
  return outboxMessage(services, {
    tenant,
    topic: `authentication.${state}`,
    subject,
    payload: { sessionId: subject, community, purpose, userId, failure },
  })
}
