import type { Services } from '../../platform/services.ts'
import {
  getVerificationConfiguration,
  type VerificationConfiguration,
} from '../../identity/biometrics/verification-configurations.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { timingSafeEqual, randomSecret } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { batch, retryOnConflict } from '../../kernel/storage/index.ts'
import {
  assertSessionState,
  getActiveSession,
  sessionTtl,
  transitionSession,
  type SessionRow,
  sha256Base64Url,
} from './session.ts'

/** The tag of the configuration used by sessions that name none. */
const defaultTag = 'default'

/** A session started in a browser, and the secret that the browser must present from then on. */
export interface StartedSession {
  readonly session: SessionRow
  readonly configuration: VerificationConfiguration
  readonly browserSecret: string
}

/**
 * Starts a session in a browser. The first browser wins; the same browser, identified by its secret, can continue the session, and sees
 * how it ended.
 * @param presentedSecret the secret from the browser's cookie, if there is one
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.wrong-client`, `verification-configuration.not-found`
 */
export function startInBrowser(
  services: Services,
  actor: Actor,
  sessionId: string,
  presentedSecret: string | undefined,
): Promise<StartedSession> {
  return retryOnConflict(async () => {
    const session = await getActiveSession(services, actor.tenant, sessionId)
    const configuration = await getSessionConfiguration(services, session)
    if (session.state !== 'created') {
      assertSameBrowser(session, presentedSecret)
      if (presentedSecret === undefined) throw new BillfoldError('session.wrong-client')
      return { session, configuration, browserSecret: presentedSecret }
    }
    const browserSecret = randomSecret(32)
    const set = { ...startedState(services.now()), browserHash: sha256Base64Url(browserSecret) }
    await services.storage.commit(
      batch(
        transitionSession(session, services.now(), set),
        auditWrite(actor, 'session.started', session.id, services.now(), { by: 'browser' }),
      ),
    )
    return { session: { ...session, ...set, version: session.version + 1 }, configuration, browserSecret }
  })
}

/**
 * Starts a session in an app, bound to the app's key. Does nothing if the same app has already started it.
 * @param loaded the session as read
 * @returns the started session
 * @throws BillfoldError `session.invalid-state`; `session.expired` if it has changed and expired since it was read
 */
export function startSessionInApp(
  services: Services,
  actor: Actor,
  loaded: SessionRow,
  callerKey: string,
): Promise<SessionRow> {
  return retryOnConflict(async (attemptNumber) => {
    const session = attemptNumber === 1 ? loaded : await getActiveSession(services, actor.tenant, loaded.id)
    if (session.state === 'started' && session.browserHash === null && session.callerKey === callerKey) return session
    assertSessionState(session, 'created')
    const set = { ...startedState(services.now()), callerKey }
    await services.storage.commit(
      batch(
        transitionSession(session, services.now(), set),
        auditWrite(actor, 'session.started', session.id, services.now(), { by: 'app' }),
      ),
    )
    return { ...session, ...set, version: session.version + 1 }
  })
}

/** Returns the columns that change when a session is started. */
export function startedState(now: number): { readonly state: 'started'; readonly expiresAt: number } {
  return { state: 'started', expiresAt: now + sessionTtl.started }
}

/** Loads the verification configuration of a session. @throws BillfoldError `verification-configuration.not-found` */
export function getSessionConfiguration(services: Services, session: SessionRow): Promise<VerificationConfiguration> {
  const { tenant, community, configuration } = session
  return getVerificationConfiguration(services, tenant, community, configuration ?? defaultTag)
}

/** Requires that a session started in a browser is continued in the same browser. @throws BillfoldError `session.wrong-client` */
export function assertSameBrowser({ browserHash }: SessionRow, secret: string | undefined): void {
  if (browserHash === null) return
  if (secret === undefined || !timingSafeEqual(sha256Base64Url(secret), browserHash))
    throw new BillfoldError('session.wrong-client')
}

/** The browser or the app that presents itself as the one that has started a session. */
export interface SessionClient {
  /** The X coordinate of the caller's public key, base64url. */
  readonly callerKey: string
  /** The secret from the browser's session cookie. */
  readonly browserSecret: string | undefined
}

/** Requires that this browser or this app has started the session. @throws BillfoldError `session.wrong-client` */
export function assertStartedBy(session: SessionRow, { callerKey, browserSecret }: SessionClient): void {
  assertSameBrowser(session, browserSecret)
  if (session.browserHash === null && session.callerKey !== callerKey) throw new BillfoldError('session.wrong-client')
}
