import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import { findTrustedDevice } from '../../../identity/devices/trusted-devices.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import type { DecidedStep } from '../decided-step.ts'
import type { FaceStepResult } from '../face-step/face-step-result.ts'
import { markFaceSkippedWrites } from '../session-claims.ts'
import type { SessionContext } from '../session-context.ts'
import { assertSessionState, awaitingPinState, getActiveSession, transitionSession } from '../session.ts'
import { assertStartedBy, getSessionConfiguration, type SessionClient } from '../start-session.ts'
import { bindToTrustedDevice } from '../trusted-device-binding.ts'

/** The input of {@link skipFace}. */
export interface SkipFaceInput extends SessionClient {
  readonly sessionId: string
  /** The device, if it proved possession of its key. */
  readonly device: VerifiedDevice | undefined
}

/**
 * Moves a session to the PIN step without a face, if its configuration allows that. A user without a PIN gets there too: their PIN is
 * then wrong like any other, so that a stranger with a link does not learn who has one. Call it within `retryOnConflict`, and commit
 * the writes.
 * @throws BillfoldError `session.face-required`; `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`
 */
export async function skipFace(
  { services }: SessionContext,
  actor: Actor,
  input: SkipFaceInput,
): Promise<DecidedStep<FaceStepResult>> {
  const { callerKey } = input
  const session = await getActiveSession(services, actor.tenant, input.sessionId)
  assertStartedBy(session, input)
  assertSessionState(session, 'started')
  const { pinInsteadOfFace } = await getSessionConfiguration(services, session)
  const { userId, tenant, purpose } = session
  if (pinInsteadOfFace === 'never' || userId === null || purpose === 'enroll')
    throw new BillfoldError('session.face-required')
  const trusted = await findTrustedDevice(services, tenant, userId, input.device)
  if (pinInsteadOfFace === 'trusted-device' && trusted === undefined) throw new BillfoldError('session.face-required')
  const now = services.now()
  const changes = { ...awaitingPinState(session, now), callerKey, device: input.device?.thumbprint ?? null }
  return {
    result: {
      session: { ...session, ...changes, version: session.version + 1 },
      status: 'pin',
      message: 'Enter the PIN',
      reasons: [],
    },
    writes: [
      transitionSession(session, now, changes),
      ...(trusted === undefined ? [] : await bindToTrustedDevice(services, session, trusted)),
      ...(await markFaceSkippedWrites(services, session)),
      auditWrite(actor, 'session.face-skipped', session.id, now, {
        user: userId,
        device: trusted === undefined ? 'unknown' : 'trusted',
      }),
    ],
  }
}
