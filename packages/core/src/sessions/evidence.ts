import type { Actor } from '../audit/record.ts'
import type { Asker, CheckedVerifier } from '../biometrics/checked-verifier.ts'
import { isLiveEnough, type VerificationConfiguration } from '../biometrics/configurations.ts'
import { type Faces, verifierOf } from '../biometrics/faces.ts'
import type { Evidence, Outcome } from '../biometrics/verifier.ts'
import { seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, decide, update } from '../storage/index.ts'
import type { BroughtEvidence } from './face-submission.ts'
import { assertBrowser, openInApp } from './open-session.ts'
import { assertState, liveSession, place, type SessionRow } from './session.ts'
import { authenticationSessions } from './tables.ts'

/** The result of a liveness check. `live` also stands for a configuration that requires no check; `liveness` is then undefined. */
export type LiveEvidence =
  | { readonly kind: 'live'; readonly evidence: Evidence; readonly liveness: Outcome | undefined }
  | { readonly kind: 'rejected'; readonly outcome: Outcome }

/**
 * Selects the presented evidence that a configuration requires. A single still image never satisfies one that requires liveness. Runs
 * before the attempt is counted.
 * @throws BillfoldError `liveness.required`, `selfie.invalid`; `verifier.unavailable` if the verifier's assurance is below the required one
 */
export function demandedEvidence(
  faces: Faces,
  configuration: Pick<VerificationConfiguration, 'liveness'>,
  presented: BroughtEvidence,
): Evidence {
  const { capabilities } = verifierOf(faces)
  if (!isLiveEnough(configuration, capabilities))
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
export async function checkedEvidence(
  services: Services,
  verifier: CheckedVerifier,
  verifierCaller: Asker,
  session: SessionRow,
  evidence: Evidence,
): Promise<LiveEvidence> {
  if (evidence.kind === 'image') return { kind: 'live', evidence, liveness: undefined }
  if (session.sealedLiveness === null) throw new BillfoldError('liveness.required')
  const state = new TextDecoder().decode(
    await unseal(services.keyring, session.sealedLiveness, place(session, 'liveness')),
  )
  const { outcome, image } = await verifier.checkLiveness(verifierCaller, { evidence, state })
  if (outcome.decision !== 'pass') return { kind: 'rejected', outcome }
  return { kind: 'live', evidence: image === undefined ? evidence : { kind: 'image', image }, liveness: outcome }
}

/** The session of a new liveness check, and the caller that starts it. */
export interface LivenessStart {
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
export async function startLiveness(
  faces: Faces,
  actor: Actor,
  verifierCaller: Asker,
  start: LivenessStart,
): Promise<{ readonly client: Readonly<Record<string, unknown>>; readonly expiresAt: number }> {
  const { services } = faces
  const { sessionId, callerKey } = start
  const verifier = verifierOf(faces)
  const session = await liveSession(services, actor.tenant, sessionId)
  if (session.state === 'created') await openInApp(services, actor, sessionId, callerKey)
  const started = await startedBy(services, actor.tenant, start)
  const { state, client, expiresAt } = await verifier.startLiveness(verifierCaller)
  const sealedLiveness = await seal(services.keyring, new TextEncoder().encode(state), place(started, 'liveness'))
  await decide(async () => {
    const { id, version } = await startedBy(services, actor.tenant, start)
    const where = { id, version, state: 'started' }
    const change = update(authenticationSessions, { where, set: { sealedLiveness }, add: { livenessRound: 1 } })
    await services.storage.commit(batch(change))
  })
  return { client, expiresAt }
}

/** Returns the session if this browser or this app has started it. */
async function startedBy(services: Services, tenant: string, start: LivenessStart): Promise<SessionRow> {
  const session = await liveSession(services, tenant, start.sessionId)
  assertBrowser(session, start.browserSecret)
  if (session.browserHash === null && session.callerKey !== start.callerKey)
    throw new BillfoldError('session.elsewhere')
  assertState(session, 'started')
  return session
}
