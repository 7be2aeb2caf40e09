import type { IdentityServices } from '../../identity/services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { failSession, type SessionTransition } from './end-session.ts'
import { assertSessionState, getActiveSession, type SessionRow } from './session.ts'
import { deleteSessionValueWrite } from './session-values.ts'
import { assertStartedBy, type SessionClient } from './start-session.ts'

/** The reasons for which a user ends a session: to stop, or to go another way that the relying party offers. */
export const cancellationReasons = ['cancelled', 'another-way'] as const

/** A reason for which a user ends a session. */
export type CancellationReason = (typeof cancellationReasons)[number]

/** The input of a cancellation. */
export interface CancelSessionInput extends SessionClient {
  readonly sessionId: string
  readonly reason: CancellationReason
}

/** Returns true if the user has ended the session. */
export function isCancelled({ state, failure }: Pick<SessionRow, 'state' | 'failure'>): boolean {
  return state === 'failed' && cancellationReasons.some((reason) => reason === failure)
}

/**
 * Ends a session because its user wants to, and deletes the picture and the templates that it stored for later steps. A session that the user has ended before stays as it is. Call it within `retryOnConflict`,
 * and commit the writes.
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.wrong-client`; `session.invalid-state` if it has ended otherwise
 */
export async function cancelSession(
  services: IdentityServices,
  actor: Actor,
  input: CancelSessionInput,
): Promise<SessionTransition> {
  const session = await getActiveSession(services, actor.tenant, input.sessionId)
  assertStartedBy(session, input)
  if (isCancelled(session)) return { session, writes: [] }
  assertSessionState(session, 'started', 'face_verified')
  const ending = failSession(services, actor, session, input.reason)
  const faceData = (['selfie', 'templates', 'result'] as const).map((name) => deleteSessionValueWrite(session, name))
  return { ...ending, writes: [...ending.writes, ...faceData] }
}
