import { findConfiguration, type VerificationConfiguration } from '../biometrics/configurations.ts'
import { type Actor, auditRecord } from '../audit/record.ts'
import { equalSecrets, randomSecret } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide } from '../storage/index.ts'
import { assertState, liveSession, sessionLife, sessionMoves, type SessionRow, sha256 } from './session.ts'

/** The tag of the configuration used by sessions that name none. */
const defaultTag = 'default'

/** A session started in a browser, and the secret that the browser must present from then on. */
export interface OpenedSession {
  readonly session: SessionRow
  readonly configuration: VerificationConfiguration
  readonly browserSecret: string
}

/**
 * Starts a session in a browser. The first browser wins; the same browser, identified by its secret, can continue the session.
 * @param presentedSecret the secret from the browser's cookie, if there is one
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `verification-configuration.not-found`
 */
export function openInBrowser(
  services: Services,
  actor: Actor,
  sessionId: string,
  presentedSecret: string | undefined,
): Promise<OpenedSession> {
  return decide(async () => {
    const session = await liveSession(services, actor.tenant, sessionId)
    const configuration = await configurationOf(services, session)
    if (session.state !== 'created') {
      assertBrowser(session, presentedSecret)
      assertState(session, 'started', 'face_verified')
      if (presentedSecret === undefined) throw new BillfoldError('session.elsewhere')
      return { session, configuration, browserSecret: presentedSecret }
    }
    const browserSecret = randomSecret(32)
    const set = { ...openedAt(services.now()), browserHash: sha256(browserSecret) }
    await services.storage.commit(
      batch(
        sessionMoves(session, services.now(), set),
        auditRecord(actor, 'session.opened', session.id, services.now(), { by: 'browser' }),
      ),
    )
    return { session: { ...session, ...set, version: session.version + 1 }, configuration, browserSecret }
  })
}

/** Starts a session in an app, bound to the app's key. Does nothing if the same app has already started it. */
export function openInApp(services: Services, actor: Actor, sessionId: string, callerKey: string): Promise<void> {
  return decide(async () => {
    const session = await liveSession(services, actor.tenant, sessionId)
    if (session.state === 'started' && session.browserHash === null && session.callerKey === callerKey) return
    assertState(session, 'created')
    await services.storage.commit(
      batch(
        sessionMoves(session, services.now(), { ...openedAt(services.now()), callerKey }),
        auditRecord(actor, 'session.opened', session.id, services.now(), { by: 'app' }),
      ),
    )
  })
}

/** Returns the columns that change when a session is started. */
export function openedAt(now: number): { readonly state: 'started'; readonly expiresAt: number } {
  return { state: 'started', expiresAt: now + sessionLife.opened }
}

/** Loads the verification configuration of a session. @throws BillfoldError `verification-configuration.not-found` */
export function configurationOf(services: Services, session: SessionRow): Promise<VerificationConfiguration> {
  const { tenant, community, configuration } = session
  return findConfiguration(services, tenant, community, configuration ?? defaultTag)
}

/** Requires that a session started in a browser is continued in the same browser. @throws BillfoldError `session.wrong-client` */
export function assertBrowser({ browserHash }: SessionRow, secret: string | undefined): void {
  if (browserHash === null) return
  if (secret === undefined || !equalSecrets(sha256(secret), browserHash)) throw new BillfoldError('session.elsewhere')
}
