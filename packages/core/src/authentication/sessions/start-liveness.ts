import type { Services } from '../../platform/services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { requireVerifier } from '../../identity/biometrics/face-recognition.ts'
import { seal } from '../../kernel/crypto/index.ts'
import { type Update, update } from '../../kernel/storage/index.ts'
import { assertFaceAttemptLeft, consumeLicenceAttempt, consumeUserStart } from './face-step/face-attempt-limits.ts'
import { assertFactorOffered } from './factors.ts'
import type { SessionContext } from './session-context.ts'
import { assertStartedBy, getSessionConfiguration, type SessionClient, startSessionInApp } from './start-session.ts'
import { assertSessionState, getActiveSession, sessionEncryptionContext, type SessionRow } from './session.ts'
import { authenticationSessions } from './tables.ts'

/** The session of a new liveness check, and the caller that starts it. */
export interface LivenessStartInput extends SessionClient {
  readonly sessionId: string
}

/** A started liveness check of a session, not stored yet. */
export interface StartedSessionLiveness {
  readonly session: SessionRow
  /** Data for the browser or the vendor's SDK. */
  readonly client: Readonly<Record<string, unknown>>
  /** Epoch milliseconds. */
  readonly expiresAt: number
  readonly sealedLiveness: Uint8Array
  /** Maximum face attempts of the session. */
  readonly maxAttempts: number
}

/**
 * Starts a liveness check for a session. A session that was not started yet is started for the calling app. The check is a face
 * attempt of the session, the licence and the user, whether or not frames follow: otherwise a caller could start checks until one
 * asks for movements that were prepared.
 * @param assertConsent throws if the user has to consent before
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `session.no-attempts-left`, `session.factor-not-offered`, `rate.limited`, `verifier.unavailable`
 */
export async function startSessionLiveness(
  sessionContext: SessionContext,
  actor: Actor,
  start: LivenessStartInput,
  assertConsent: (session: SessionRow) => Promise<void> = () => Promise.resolve(),
): Promise<StartedSessionLiveness> {
  const { services, faces } = sessionContext
  const verifier = requireVerifier(faces)
  const loaded = await getActiveSession(services, actor.tenant, start.sessionId)
  const session =
    loaded.state === 'created' ? await startSessionInApp(services, actor, loaded, start.callerKey) : loaded
  assertStartedBy(session, start)
  assertSessionState(session, 'started')
  await assertConsent(session)
  const configuration = await getSessionConfiguration(services, session)
  assertFactorOffered(session, configuration, 'face')
  const { maxAttempts } = configuration
  assertFaceAttemptLeft(session, maxAttempts)
  await consumeLicenceAttempt(sessionContext, actor, session)
  await consumeUserStart(sessionContext, actor, session)
  const { state, client, expiresAt } = await verifier.startLiveness(actor)
  const plain = new TextEncoder().encode(state)
  const sealedLiveness = await seal(services.keyring, plain, sessionEncryptionContext(session, 'liveness'))
  return { session, client, expiresAt, sealedLiveness, maxAttempts }
}

/**
 * Builds the write that stores a started liveness check, counts it as a face attempt, and invalidates the previous one. Call it within
 * `retryOnConflict`.
 * @param attemptNumber the number of the attempt: from the second, the session is read again
 * @throws BillfoldError `session.no-attempts-left`, `session.expired`, `session.invalid-state`, `session.wrong-client`
 */
export async function storeLivenessWrite(
  services: Services,
  { session, sealedLiveness, maxAttempts }: StartedSessionLiveness,
  start: LivenessStartInput,
  attemptNumber: number,
): Promise<Update> {
  const current = attemptNumber === 1 ? session : await getActiveSession(services, session.tenant, session.id)
  assertStartedBy(current, start)
  assertSessionState(current, 'started')
  assertFaceAttemptLeft(current, maxAttempts)
  const { id, version, faceAttempts } = current
  const where = { id, version, faceAttempts, state: 'started' }
  return update(authenticationSessions, { where, set: { sealedLiveness }, add: { livenessRound: 1, faceAttempts: 1 } })
}
