import type { IdentityServices } from '../../../identity/services.ts'
import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import type { DecidedStep } from '../decided-step.ts'
import type { FaceStepResult } from '../face-step/face-step-result.ts'
import { assertSessionState, getActiveSession, transitionSession } from '../session.ts'
import { assertStartedBy, type SessionClient } from '../start-session.ts'

/** The input of a resumption. */
export interface ResumePinStepInput extends SessionClient {
  readonly sessionId: string
  /** The device, if it proved possession of its key. */
  readonly device: VerifiedDevice | undefined
}

/**
 * Resumes the PIN step of a session in the browser that has shown the face: binds the session to the key pair of its reloaded page.
 * Requires the browser's secret, and the device that was proved with the face. Attempts stay counted, the time that is left stays the
 * same, and the key pair before and its token are of no use any more. Call it within `retryOnConflict`, and commit the writes.
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`, `device.invalid-proof`
 */
export async function resumePinStep(
  services: IdentityServices,
  actor: Actor,
  input: ResumePinStepInput,
): Promise<DecidedStep<FaceStepResult>> {
  const session = await getActiveSession(services, actor.tenant, input.sessionId)
  assertStartedBy(session, input)
  // An app keeps its key pair, and its token with it.
  if (session.browserHash === null) throw new BillfoldError('session.invalid-state')
  assertSessionState(session, 'face_verified')
  if (session.device !== null && session.device !== input.device?.thumbprint)
    throw new BillfoldError('device.invalid-proof')
  const { callerKey } = input
  const now = services.now()
  const after = { ...session, callerKey, version: session.version + 1 }
  return {
    result: { session: after, status: 'pin', message: 'Enter the PIN', reasons: [] },
    writes: [
      transitionSession(session, now, { state: 'face_verified', callerKey }),
      auditWrite(actor, 'session.resumed', session.id, now, { user: session.userId ?? '' }),
    ],
  }
}
