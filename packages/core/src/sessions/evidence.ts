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

/** Evidence that a live person is there, or that nobody asked for that; or why not. */
export type LiveEvidence =
  | { readonly kind: 'live'; readonly evidence: Evidence; readonly liveness: Outcome | undefined }
  | { readonly kind: 'refused'; readonly outcome: Outcome }

/**
 * Whether the evidence is of the kind that a configuration demands: a single still never satisfies one that requires liveness.
 * Nothing is counted yet.
 * @throws BillfoldError `liveness.required`, `selfie.invalid`, `verifier.unavailable` where the verifier cannot be as sure as is demanded
 */
export function demandedEvidence(
  faces: Faces,
  configuration: Pick<VerificationConfiguration, 'liveness'>,
  brought: BroughtEvidence,
): Evidence {
  const { capabilities } = verifierOf(faces)
  if (!isLiveEnough(configuration, capabilities))
    throw new BillfoldError('verifier.unavailable', {
      cause: new Error('the verifier cannot tell live people so surely'),
    })
  const { selfie, frames = [], livenessSessionId, payload } = brought
  if (configuration.liveness === 'none' && selfie !== undefined) return { kind: 'image', image: selfie }
  if (capabilities.liveness === 'none') throw new BillfoldError('selfie.invalid')
  if (livenessSessionId !== undefined) return { kind: 'session', sessionId: livenessSessionId }
  if (payload !== undefined) return { kind: 'payload', ...payload }
  if (frames.length > 1) return { kind: 'frames', frames }
  throw new BillfoldError('liveness.required')
}

/** Has the verifier check that a live person is there, where the evidence is not a mere still. */
export async function checkedEvidence(
  services: Services,
  verifier: CheckedVerifier,
  asker: Asker,
  session: SessionRow,
  evidence: Evidence,
): Promise<LiveEvidence> {
  if (evidence.kind === 'image') return { kind: 'live', evidence, liveness: undefined }
  if (session.sealedLiveness === null) throw new BillfoldError('liveness.required')
  const kept = await unseal(services.keyring, session.sealedLiveness, place(session, 'liveness'))
  const { outcome, image } = await verifier.checkLiveness(asker, { evidence, state: new TextDecoder().decode(kept) })
  if (outcome.decision !== 'pass') return { kind: 'refused', outcome }
  return { kind: 'live', evidence: image === undefined ? evidence : { kind: 'image', image }, liveness: outcome }
}

/** Who starts a liveness check, and of which session. */
export interface LivenessStart {
  readonly sessionId: string
  /** X of the caller's public key, base64url. */
  readonly callerKey: string
  /** The secret in the cookie of the browser. */
  readonly browserSecret: string | undefined
}

/**
 * Starts a liveness check for a session: what was started before is no longer good. A session that nobody has opened is opened for the app
 * that asks.
 * @throws BillfoldError `session.unknown`, `session.expired`, `session.step`, `session.elsewhere`, `verifier.unavailable`
 */
export async function startLiveness(
  faces: Faces,
  actor: Actor,
  asker: Asker,
  start: LivenessStart,
): Promise<{ readonly client: Readonly<Record<string, unknown>>; readonly expiresAt: number }> {
  const { services } = faces
  const { sessionId, callerKey } = start
  const verifier = verifierOf(faces)
  const found = await liveSession(services, actor.tenant, sessionId)
  if (found.state === 'created') await openInApp(services, actor, sessionId, callerKey)
  const seen = await openedBy(services, actor.tenant, start)
  const { state, client, expiresAt } = await verifier.startLiveness(asker)
  const sealedLiveness = await seal(services.keyring, new TextEncoder().encode(state), place(seen, 'liveness'))
  await decide(async () => {
    const { id, version } = await openedBy(services, actor.tenant, start)
    const where = { id, version, state: 'opened' }
    const change = update(authenticationSessions, { where, set: { sealedLiveness }, add: { livenessRound: 1 } })
    await services.storage.commit(batch(change))
  })
  return { client, expiresAt }
}

/** The session, if it is opened and this browser's or this app's. */
async function openedBy(services: Services, tenant: string, start: LivenessStart): Promise<SessionRow> {
  const session = await liveSession(services, tenant, start.sessionId)
  assertBrowser(session, start.browserSecret)
  if (session.browserHash === null && session.callerKey !== start.callerKey)
    throw new BillfoldError('session.elsewhere')
  assertState(session, 'opened')
  return session
}
