import { findConfiguration, type VerificationConfiguration } from '../biometrics/configurations.ts'
import { type Actor, auditRecord } from '../audit/record.ts'
import { equalSecrets, randomSecret } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide } from '../storage/index.ts'
import { assertState, liveSession, sessionLife, sessionMoves, type SessionRow, sha256 } from './session.ts'

/** The tag of the configuration of sessions that name none. */
const defaultTag = 'default'

/** A session that a browser has opened, and the secret that it must bring from now on. */
export interface OpenedSession {
  readonly session: SessionRow
  readonly configuration: VerificationConfiguration
  readonly browserSecret: string
}

/**
 * Opens a session for a browser: the first one has it. The same browser, which brings the secret, may open it again.
 * @throws BillfoldError `session.unknown`, `session.expired`, `session.step`, `session.elsewhere`, `verification-configuration.unknown`
 */
export function openInBrowser(
  services: Services,
  actor: Actor,
  sessionId: string,
  broughtSecret: string | undefined,
): Promise<OpenedSession> {
  return decide(async () => {
    const session = await liveSession(services, actor.tenant, sessionId)
    const configuration = await configurationOf(services, session)
    if (session.state !== 'created') {
      assertBrowser(session, broughtSecret)
      assertState(session, 'opened', 'face_verified')
      if (broughtSecret === undefined) throw new BillfoldError('session.elsewhere')
      return { session, configuration, browserSecret: broughtSecret }
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

/** Opens a session for an app, which holds the key that it goes on with. Does nothing where the app has opened it already. */
export function openInApp(services: Services, actor: Actor, sessionId: string, callerKey: string): Promise<void> {
  return decide(async () => {
    const session = await liveSession(services, actor.tenant, sessionId)
    if (session.state === 'opened' && session.browserHash === null && session.callerKey === callerKey) return
    assertState(session, 'created')
    await services.storage.commit(
      batch(
        sessionMoves(session, services.now(), { ...openedAt(services.now()), callerKey }),
        auditRecord(actor, 'session.opened', session.id, services.now(), { by: 'app' }),
      ),
    )
  })
}

/** What an opened session looks like. */
export function openedAt(now: number): { readonly state: 'opened'; readonly expiresAt: number } {
  return { state: 'opened', expiresAt: now + sessionLife.opened }
}

/** How the user of a session is verified. @throws BillfoldError `verification-configuration.unknown` */
export function configurationOf(services: Services, session: SessionRow): Promise<VerificationConfiguration> {
  const { tenant, community, configuration } = session
  return findConfiguration(services, tenant, community, configuration ?? defaultTag)
}

/** A session that a browser has opened goes on in that browser. @throws BillfoldError `session.elsewhere` */
export function assertBrowser({ browserHash }: SessionRow, secret: string | undefined): void {
  if (browserHash === null) return
  if (secret === undefined || !equalSecrets(sha256(secret), browserHash)) throw new BillfoldError('session.elsewhere')
}
