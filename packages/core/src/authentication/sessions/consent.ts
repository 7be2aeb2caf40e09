import { z } from 'zod'
import type { IdentityServices } from '../../identity/services.ts'
import type { Write } from '../../kernel/storage/index.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { assertSessionState, getActiveSession, sessionUnchanged, type SessionRow } from './session.ts'
import { findSessionJson, saveSessionJsonWrites } from './session-values.ts'
import { assertStartedBy, type SessionClient } from './start-session.ts'

/** The input of {@link giveConsent}. */
export interface ConsentInput extends SessionClient {
  readonly sessionId: string
  /** The version of the privacy notice that the user has agreed to. */
  readonly version: string
}

const consentSchema = z.object({ version: z.string() })

/** Returns true if the user of a session has agreed to a version of the privacy notice. */
export async function hasConsented(services: IdentityServices, session: SessionRow, version: string): Promise<boolean> {
  return consentSchema.safeParse(await findSessionJson(services, session, 'consent')).data?.version === version
}

/**
 * Builds the writes that record that the user agrees to a privacy notice before a face is taken, with an audit record and an event that
 * name its version. None if it is recorded already. Call it within `retryOnConflict`.
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`
 */
export async function giveConsent(
  services: IdentityServices,
  actor: Actor,
  input: ConsentInput,
): Promise<readonly Write[]> {
  const { version } = input
  const session = await getActiveSession(services, actor.tenant, input.sessionId)
  assertStartedBy(session, input)
  assertSessionState(session, 'started')
  if (await hasConsented(services, session, version)) return []
  const { id: sessionId, tenant, community, purpose, userId } = session
  const now = services.now()
  const event = { sessionId, community, purpose, userId, version }
  return [
    sessionUnchanged(session, now),
    ...(await saveSessionJsonWrites(services, session, 'consent', { version })),
    auditWrite(actor, 'session.consent-given', sessionId, now, { version }),
    ...eventWrites(services, tenant, 'session.consent-given', event),
  ]
}
