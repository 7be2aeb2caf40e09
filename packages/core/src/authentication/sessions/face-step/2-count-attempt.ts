import type { Evidence } from '../../../identity/biometrics/verifier.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { batch, retryOnConflict, update, type Write } from '../../../kernel/storage/index.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { SessionContext } from '../session-context.ts'
import { getSession, type SessionRow } from '../session.ts'
import { authenticationSessions } from '../tables.ts'
import { assertFaceAttemptLeft, consumeLicenceAttempt, consumeUserAttempt } from './face-attempt-limits.ts'
import { type FaceAttempt, prepareFaceAttempt, refundFaceAttempt } from './face-attempts.ts'
import type { FaceStepInput } from './face-step-types.ts'

/** A counted attempt. */
export interface CountedAttempt {
  readonly attempt: FaceAttempt
  /** The session as it is after the attempt was counted. */
  readonly session: SessionRow
  /** The verifier's state of the liveness check that the attempt has consumed, sealed. */
  readonly sealedLiveness: Uint8Array | null
}

/**
 * Stage 2: counts a face attempt against the session, the licence and the user, before the face is verified, so that concurrent
 * attempts cannot exceed the limits. The frames of a liveness check belong to the attempt that was counted when it started. The same commit binds the session to the caller's public key and consumes the liveness check.
 * @param loaded the session as read
 * @throws BillfoldError `rate.limited`, `session.no-attempts-left`, `session.invalid-state`, `session.wrong-client`, `session.expired`,
 *   `liveness.required`
 */
export async function countFaceAttempt(
  sessionContext: SessionContext,
  actor: Actor,
  loaded: SessionRow,
  maxAttempts: number,
  input: FaceStepInput,
  evidence: Evidence,
): Promise<CountedAttempt> {
  const { services } = sessionContext
  const { callerKey, cameraIndicator = {}, deviceId } = input
  // The start of a liveness check has counted the attempt.
  const started = evidence.kind !== 'image'
  const prepared = await prepareFaceAttempt(services, loaded, { cameraIndicator, deviceId })
  const counted = await retryOnConflict(async (attemptNumber) => {
    const session = attemptNumber === 1 ? loaded : await getSession(services, loaded.tenant, loaded.id)
    const now = services.now()
    assertCountable(session, now, callerKey)
    if (started) assertLivenessStarted(session, loaded)
    else assertFaceAttemptLeft(session, maxAttempts)
    await services.storage.commit(batch(countWrite(session, now, callerKey, started ? 0 : 1), prepared.write))
    return session
  })
  const number = counted.faceAttempts + (started ? 0 : 1)
  const { sealedLiveness, livenessRound } = counted
  const session = {
    ...counted,
    callerKey,
    faceAttempts: number,
    sealedLiveness: null,
    livenessRound: livenessRound + 1,
  }
  const attempt = { id: prepared.id, number }
  if (started) {
    // The draw of the challenge stays counted.
    await consumeUserAttempt(sessionContext, session, input.device)
    return { attempt, session, sealedLiveness }
  }
  try {
    // After the session's own count, so that a session without attempts left does not use up the user's limit.
    await consumeLicenceAttempt(sessionContext, actor, session)
    await consumeUserAttempt(sessionContext, session, input.device)
  } catch (error) {
    await refundFaceAttempt(services, session, attempt)
    throw error
  }
  return { attempt, session, sealedLiveness }
}

/** Counts the attempt if the row is unchanged since it was read, so that the number of the attempt is known without another read. */
function countWrite(session: SessionRow, now: number, callerKey: string, attempts: 0 | 1): Write {
  const { id, version, faceAttempts, livenessRound } = session
  return update(authenticationSessions, {
    where: {
      id,
      state: 'started',
      version,
      faceAttempts,
      livenessRound,
      callerKey: session.callerKey,
      expiresAt: { gt: now },
    },
    set: { callerKey, sealedLiveness: null },
    add: { faceAttempts: attempts, livenessRound: 1 },
  })
}

function assertCountable(session: SessionRow, now: number, callerKey: string): void {
  if (session.expiresAt <= now) throw new BillfoldError('session.expired')
  if (session.state !== 'started') throw new BillfoldError('session.invalid-state')
  // A browser that presents its secret may use a new key: the page generates one whenever it is loaded.
  if (session.browserHash === null && session.callerKey !== callerKey) throw new BillfoldError('session.wrong-client')
}

/** Requires a started liveness check that no concurrent attempt has consumed. @throws BillfoldError `liveness.required` */
function assertLivenessStarted({ sealedLiveness, livenessRound }: SessionRow, loaded: SessionRow): void {
  if (sealedLiveness === null || livenessRound !== loaded.livenessRound) throw new BillfoldError('liveness.required')
}
