import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { VerifierCaller, VerifierClient } from '../../../identity/biometrics/verifier-client.ts'
import {
  meetsLivenessRequirement,
  type VerificationConfiguration,
} from '../../../identity/biometrics/verification-configurations.ts'
import { type FaceRecognition, requireVerifier } from '../../../identity/biometrics/face-recognition.ts'
import type { Evidence, VerifierOutcome } from '../../../identity/biometrics/verifier.ts'
import { seal, open } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Services } from '../../../platform/services.ts'
import { batch, retryOnConflict, update } from '../../../kernel/storage/index.ts'
import type { PresentedEvidence } from './face-step-types.ts'
import { assertSameBrowser, startInApp } from '../start-session.ts'
import { assertSessionState, getActiveSession, sessionEncryptionContext, type SessionRow } from '../session.ts'
import { authenticationSessions } from '../tables.ts'

/** The result of a liveness check. `live` also stands for a configuration that requires no check; `liveness` is then undefined. */
export type LivenessResult =
  | { readonly kind: 'live'; readonly evidence: Evidence; readonly liveness: VerifierOutcome | undefined }
  | { readonly kind: 'rejected'; readonly outcome: VerifierOutcome }

/**
 * Selects the presented evidence that a configuration requires. A single still image never satisfies one that requires liveness. Runs
 * before the attempt is counted.
 * @throws BillfoldError `liveness.required`, `selfie.invalid`; `verifier.unavailable` if the verifier's assurance is below the required one
 */
export function selectEvidence(
  faces: FaceRecognition,
  configuration: Pick<VerificationConfiguration, 'liveness'>,
  presented: PresentedEvidence,
): Evidence {
  const { capabilities } = requireVerifier(faces)
  if (!meetsLivenessRequirement(configuration, capabilities))
    throw new BillfoldError('verifier.unavailable', {
      cause: new Error('the verifier does not reach the required liveness assurance'),
    })
  const { selfie, frames = [], livenessSessionId, payload } = presented
  if (configuration.liveness === 'none' && selfie !== undefined) return { kind: 'image', image: selfie }
  if (capabilities.liveness === 'none') throw new BillfoldError('selfie.invalid')
  if (livenessSessionId !== undefined) return { kind: 'session', sessionId: livenessSessionId }
  if (payload !== undefined) return { kind: 'payload', ...payload }
  if (frames.length > 1) return { kind: 'frames', frames }
  throw new BillfoldError('liveness.required')
}

/** Has the verifier check liveness, unless the evidence is a still image. */
export async function verifyLiveness(
  services: Services,
  verifier: VerifierClient,
  verifierCaller: VerifierCaller,
  session: SessionRow,
  evidence: Evidence,
): Promise<LivenessResult> {
  if (evidence.kind === 'image') return { kind: 'live', evidence, liveness: undefined }
  if (session.sealedLiveness === null) throw new BillfoldError('liveness.required')
  const state = new TextDecoder().decode(
    await open(services.keyring, session.sealedLiveness, sessionEncryptionContext(session, 'liveness')),
  )
  const { outcome, image } = await verifier.checkLiveness(verifierCaller, { evidence, state })
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return { kind: 'live', evidence: image === undefined ? evidence : { kind: 'image', image }, liveness: outcome }
}

/** The session of a new liveness check, and the caller that starts it. */
export interface LivenessStartInput {
  readonly sessionId: string
  /** The X coordinate of the caller's public key, base64url. */
  readonly callerKey: string
  /** The secret from the browser's session cookie. */
  readonly browserSecret: string | undefined
}

/**
 * Starts a liveness check for a session and invalidates the previous one. A session that was not started yet is started for the
 * calling app.
 * @returns `client`: what the browser or the vendor's SDK needs; `expiresAt`: epoch milliseconds
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`, `verifier.unavailable`
 */
export async function startSessionLiveness(
  faces: FaceRecognition,
  actor: Actor,
  verifierCaller: VerifierCaller,
  start: LivenessStartInput,
): Promise<{ readonly client: Readonly<Record<string, unknown>>; readonly expiresAt: number }> {
  const { services } = faces
  const { sessionId, callerKey } = start
  const verifier = requireVerifier(faces)
  const session = await getActiveSession(services, actor.tenant, sessionId)
  if (session.state === 'created') await startInApp(services, actor, sessionId, callerKey)
  const started = await startedBy(services, actor.tenant, start)
  const { state, client, expiresAt } = await verifier.startLiveness(verifierCaller)
  const sealedLiveness = await seal(
    services.keyring,
    new TextEncoder().encode(state),
    sessionEncryptionContext(started, 'liveness'),
  )
  await retryOnConflict(async () => {
    const { id, version } = await startedBy(services, actor.tenant, start)
    const where = { id, version, state: 'started' }
    const change = update(authenticationSessions, { where, set: { sealedLiveness }, add: { livenessRound: 1 } })
    await services.storage.commit(batch(change))
  })
  return { client, expiresAt }
}

/** Returns the session if this browser or this app has started it. */
async function startedBy(services: Services, tenant: string, start: LivenessStartInput): Promise<SessionRow> {
  const session = await getActiveSession(services, tenant, start.sessionId)
  assertSameBrowser(session, start.browserSecret)
  if (session.browserHash === null && session.callerKey !== start.callerKey)
    throw new BillfoldError('session.wrong-client')
  assertSessionState(session, 'started')
  return session
}
