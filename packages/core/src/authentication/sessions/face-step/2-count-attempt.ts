import type { Evidence } from '../../../identity/biometrics/verifier.ts'
import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import { findTrustedDevice } from '../../../identity/devices/trusted-devices.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { batch, retryOnConflict, update, type Write } from '../../../kernel/storage/index.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { RateLimitResult } from '../../../platform/rate-limits/index.ts'
import type { SessionContext } from '../session-context.ts'
import { getSession, type SessionRow } from '../session.ts'
import { authenticationSessions } from '../tables.ts'
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
 * attempts cannot exceed the limits. The same commit binds the session to the caller's public key and consumes the liveness check.
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
  const prepared = await prepareFaceAttempt(services, loaded, { cameraIndicator, deviceId })
  const counted = await retryOnConflict(async (attemptNumber) => {
    const session = attemptNumber === 1 ? loaded : await getSession(services, loaded.tenant, loaded.id)
    const now = services.now()
    assertCountable(session, now, callerKey, maxAttempts)
    // A concurrent attempt has consumed the liveness check.
    if (evidence.kind !== 'image' && session.livenessRound !== loaded.livenessRound)
      throw new BillfoldError('liveness.required')
    await services.storage.commit(batch(countWrite(session, now, callerKey), prepared.write))
    return session
  })
  const number = counted.faceAttempts + 1
  const { sealedLiveness, livenessRound } = counted
  const session = {
    ...counted,
    callerKey,
    faceAttempts: number,
    sealedLiveness: null,
    livenessRound: livenessRound + 1,
  }
  const attempt = { id: prepared.id, number }
  try {
    await consumeRateLimits(sessionContext, actor, session, input.device)
  } catch (error) {
    await refundFaceAttempt(services, session, attempt)
    throw error
  }
  return { attempt, session, sealedLiveness }
}

/** Counts the attempt if the row is unchanged since it was read, so that the number of the attempt is known without another read. */
function countWrite(session: SessionRow, now: number, callerKey: string): Write {
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
    add: { faceAttempts: 1, livenessRound: 1 },
  })
}

function assertCountable(session: SessionRow, now: number, callerKey: string, maxAttempts: number): void {
  if (session.expiresAt <= now) throw new BillfoldError('session.expired')
  if (session.faceAttempts >= maxAttempts) throw new BillfoldError('session.no-attempts-left')
  if (session.state !== 'started') throw new BillfoldError('session.invalid-state')
  // A browser that presents its secret may use a new key: the page generates one whenever it is loaded.
  if (session.browserHash === null && session.callerKey !== callerKey) throw new BillfoldError('session.wrong-client')
}

/**
 * Runs after the session's own count, so that a session without attempts left does not use up the user's limit. A device that the
 * user trusts has a limit of its own, which strangers cannot use up in sessions that they start for the user.
 * @throws BillfoldError `rate.limited`
 */
async function consumeRateLimits(
  { services, faceAttemptsPerLicence, faceAttemptsPerUser }: SessionContext,
  { source = 'unknown' }: Actor,
  { tenant, creatorId, userId }: SessionRow,
  device: VerifiedDevice | undefined,
): Promise<void> {
  const { rateLimiter } = services
  // Anybody can start a session of another service: those of one source must not use up the limit of all.
  const subject = creatorId ?? `foreign session ${source}`
  const licence = { name: 'face attempts per licence', subject, tenant }
  assertAllowed(await rateLimiter.consume(licence, faceAttemptsPerLicence))
  if (userId === null) return
  const name = 'face attempts per user'
  const result = await rateLimiter.consume({ name, subject: userId, tenant }, faceAttemptsPerUser)
  if (result.allowed) return
  const trusted = await findTrustedDevice(services, tenant, userId, device)
  if (trusted === undefined) throw toRateLimitError(result)
  const ownDevice = { name, subject: `${userId} device ${trusted.thumbprint}`, tenant }
  assertAllowed(await rateLimiter.consume(ownDevice, faceAttemptsPerUser))
}

function assertAllowed(result: RateLimitResult): void {
  if (!result.allowed) throw toRateLimitError(result)
}

function toRateLimitError({ retryAfterSeconds }: RateLimitResult): BillfoldError {
  return new BillfoldError('rate.limited', { retryAfterSeconds })
}
