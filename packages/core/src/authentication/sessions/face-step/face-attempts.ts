import type { Evidence, VerifierOutcome } from '../../../identity/biometrics/verifier.ts'
import { type EncryptionContext, seal } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { newId } from '../../../kernel/ids.ts'
import type { Services } from '../../../platform/services.ts'
import {
  batch,
  insert,
  isCommitError,
  remove,
  type Storage,
  update,
  type Write,
} from '../../../kernel/storage/index.ts'
import type { SessionContext } from '../session-context.ts'
import { getSession, type SessionRow } from '../session.ts'
import { authenticationSessions, faceAttempts } from '../tables.ts'
import { sealedColumn } from '../../../kernel/storage/sealed-column.ts'

/** Unverified information about an attempt, reported by the camera and the device. */
export interface FaceAttemptInputs {
  readonly cameraIndicator: Readonly<Record<string, unknown>>
  readonly deviceId: string | undefined
}

/** Retention of attempts: 90 days. */
const retentionMs = 90 * 24 * 60 * 60 * 1000

/** A counted face attempt. */
export interface FaceAttempt {
  readonly id: string
  /** 1 for the first attempt of the session. */
  readonly number: number
}

/**
 * Counts a face attempt against the session, the licence and the user, before the face is verified, so that concurrent attempts cannot
 * exceed the limits. The same commit binds the session to the caller's public key and consumes the liveness check.
 * @throws BillfoldError `rate.limited`, `session.no-attempts-left`, `session.invalid-state`, `session.wrong-client`, `session.expired`,
 *   `liveness.required`
 */
export async function countFaceAttempt(
  sessionContext: SessionContext,
  session: SessionRow,
  callerKey: string,
  maxAttempts: number,
  inputs: FaceAttemptInputs,
  evidence: Evidence,
): Promise<FaceAttempt> {
  const { services } = sessionContext
  const { tenant, id: sessionId } = session
  const now = services.now()
  const id = newId()
  const sealedInputs = await sealInputs(services, tenant, id, inputs)
  // A browser that presents its secret may use a new key: the page generates one whenever it is loaded.
  const bound = session.browserHash === null ? { callerKey } : {}
  const { version, livenessRound } = session
  const usesLiveness = evidence.kind === 'image' ? {} : { livenessRound }
  const counted = update(authenticationSessions, {
    where: {
      id: sessionId,
      state: 'started',
      version,
      faceAttempts: { lt: maxAttempts },
      expiresAt: { gt: now },
      ...bound,
      ...usesLiveness,
    },
    set: { callerKey, sealedLiveness: null },
    add: { faceAttempts: 1, livenessRound: 1 },
  })
  const attempt = insert(faceAttempts, {
    id,
    tenant,
    sessionId,
    at: now,
    decision: null,
    reasons: null,
    model: null,
    sealedInputs,
  })
  try {
    await services.storage.commit(batch(counted, attempt))
  } catch (error) {
    if (!isCommitError(error)) throw error
    throw await explainRejection(services, session, callerKey, maxAttempts, error)
  }
  const { faceAttempts: number } = await getSession(services, tenant, sessionId)
  try {
    await consumeRateLimits(sessionContext, session)
  } catch (error) {
    await refundFaceAttempt(services, session, { id, number })
    throw error
  }
  return { id, number }
}

/** Runs after the session's own count, so that a session without attempts left does not use up the user's limit. @throws BillfoldError `rate.limited` */
async function consumeRateLimits(
  sessionContext: SessionContext,
  { tenant, creatorId, userId }: SessionRow,
): Promise<void> {
  await assertRateLimit(
    sessionContext,
    'face attempts per licence',
    creatorId ?? 'foreign session',
    tenant,
    sessionContext.faceAttemptsPerLicence,
  )
  if (userId !== null)
    await assertRateLimit(sessionContext, 'face attempts per user', userId, tenant, sessionContext.faceAttemptsPerUser)
}

/** Records the verifier's decision on an attempt. */
export function recordFaceAttemptOutcome(attempt: FaceAttempt, outcome: VerifierOutcome): Write {
  const model = `${outcome.model.name} ${outcome.model.version}`
  return update(faceAttempts, {
    where: { id: attempt.id },
    set: { decision: outcome.decision, reasons: outcome.reasons.join(' '), model },
    expectedRows: 'any',
  })
}

/** Refunds an attempt that was not verified, so that neither an outage nor a rate limit can exhaust a session. */
export async function refundFaceAttempt(services: Services, session: SessionRow, attempt: FaceAttempt): Promise<void> {
  await services.storage.commit(
    batch(
      update(authenticationSessions, {
        where: { id: session.id, state: 'started', faceAttempts: { gt: 0 } },
        add: { faceAttempts: -1 },
        expectedRows: 'any',
      }),
      remove(faceAttempts, { where: { id: attempt.id }, expectedRows: 'any' }),
    ),
  )
}

/** Deletes attempts older than 90 days. */
export async function purgeOldFaceAttempts(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(faceAttempts, { where: { at: { lt: now - retentionMs } }, expectedRows: 'any' })))
}

/** Finds out why an attempt could not be counted. */
async function explainRejection(
  services: Services,
  previous: SessionRow,
  callerKey: string,
  maxAttempts: number,
  cause: unknown,
): Promise<BillfoldError> {
  const session = await getSession(services, previous.tenant, previous.id)
  if (session.expiresAt <= services.now()) return new BillfoldError('session.expired', { cause })
  if (session.faceAttempts >= maxAttempts) return new BillfoldError('session.no-attempts-left', { cause })
  if (session.state !== 'started') return new BillfoldError('session.invalid-state', { cause })
  if (session.browserHash === null && session.callerKey !== callerKey)
    return new BillfoldError('session.wrong-client', { cause })
  // A concurrent attempt has consumed the liveness check.
  return new BillfoldError('liveness.required', { cause })
}

async function assertRateLimit(
  { services }: SessionContext,
  name: string,
  subject: string,
  tenant: string,
  rule: SessionContext['faceAttemptsPerUser'],
): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.rateLimiter.consume({ name, subject, tenant }, rule)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

function sealInputs(services: Services, tenant: string, row: string, inputs: FaceAttemptInputs): Promise<Uint8Array> {
  const plain = new TextEncoder().encode(JSON.stringify(inputs))
  return seal(services.keyring, plain, inputsContext(tenant, row))
}

function inputsContext(tenant: string, row: string): EncryptionContext {
  return { tenant, table: faceAttempts.name, row, field: 'inputs' }
}

/** The sealed column of face attempts, for re-encryption. */
export const sealedFaceAttempts = sealedColumn(faceAttempts, 'sealedInputs', ({ tenant, id }) =>
  inputsContext(tenant, id),
)
