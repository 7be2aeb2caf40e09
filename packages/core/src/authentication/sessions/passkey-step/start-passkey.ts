import type { IdentityServices } from '../../../identity/services.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { SessionFactor, StartedFactor } from '../../../platform/session-factor.ts'
import { assertFactorOffered } from '../factors.ts'
import type { SessionContext } from '../session-context.ts'
import { assertSessionState, getActiveSession, type SessionRow } from '../session.ts'
import { assertStartedBy, getSessionConfiguration, type SessionClient, startSessionInApp } from '../start-session.ts'

/** How many challenges may be created for one session: each is a row, and whoever has the link can ask for them. */
const challengesPerSession = { limit: 60, windowSeconds: 600 }

/** Returns the factor of the module of passkeys. @throws BillfoldError `passkey.unavailable` without that module */
export function getPasskeyFactor({ sessionFactors }: IdentityServices): SessionFactor {
  const factor = sessionFactors?.get('passkey')
  if (factor === undefined) throw new BillfoldError('passkey.unavailable')
  return factor
}

/**
 * Starts a sign-in with a passkey in a session. A session that was not started yet is started for the calling app. Nothing in the
 * result depends on the user: whoever has the link of a session would learn it.
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `session.factor-not-offered`, `passkey.unavailable`, `rate.limited`
 */
export async function startPasskey(
  { services }: SessionContext,
  actor: Actor,
  start: SessionClient & { readonly sessionId: string },
): Promise<StartedFactor> {
  const factor = getPasskeyFactor(services)
  const loaded = await getActiveSession(services, actor.tenant, start.sessionId)
  assertFactorOffered(loaded, await getSessionConfiguration(services, loaded), 'passkey')
  const session =
    loaded.state === 'created' ? await startSessionInApp(services, actor, loaded, start.callerKey) : loaded
  assertStartedBy(session, start)
  assertSessionState(session, 'started')
  await limitChallenges(services, session)
  return factor.start(services, actor, {
    tenant: session.tenant,
    sessionId: session.id,
    callerKey: start.callerKey,
  })
}

async function limitChallenges({ rateLimiter }: IdentityServices, { id, tenant }: SessionRow): Promise<void> {
  const counter = { name: 'passkey challenges per session', subject: id, tenant }
  const { allowed, retryAfterSeconds } = await rateLimiter.consume(counter, challengesPerSession)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}
