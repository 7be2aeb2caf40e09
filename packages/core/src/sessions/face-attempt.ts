import type { Evidence, Outcome } from '../biometrics/verifier.ts'
import { type Place, seal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, remove, type Storage, update, type Write } from '../storage/index.ts'
import type { SessionSetup } from './setup.ts'
import { findSession, type SessionRow } from './session.ts'
import { authenticationSessions, faceAttempts } from './tables.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** Unverified information about an attempt, reported by the camera and the device. */
export interface AttemptInputs {
  readonly cameraIndicator: Readonly<Record<string, unknown>>
  readonly deviceId: string | undefined
}

/** Retention of attempts: 90 days. */
const retentionMs = 90 * 24 * 60 * 60 * 1000

/** A counted face attempt. */
export interface CountedAttempt {
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
export async function countAttempt(
  sessionContext: SessionSetup,
  session: SessionRow,
  callerKey: string,
  maxAttempts: number,
  inputs: AttemptInputs,
  evidence: Evidence,
): Promise<CountedAttempt> {
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
  const { faceAttempts: number } = await findSession(services, tenant, sessionId)
  try {
    await consumeRateLimits(sessionContext, session)
  } catch (error) {
    await giveAttemptBack(services, session, { id, number })
    throw error
  }
  return { id, number }
}

/** Runs after the session's own count, so that a session without attempts left does not use up the user's limit. @throws BillfoldError `rate.limited` */
async function consumeRateLimits(
  sessionContext: SessionSetup,
  { tenant, creatorId, userId }: SessionRow,
): Promise<void> {
  await assertRateLimit(
    sessionContext,
    'face attempts of licence',
    creatorId ?? 'foreign session',
    tenant,
    sessionContext.attemptsOfLicence,
  )
  if (userId !== null)
    await assertRateLimit(sessionContext, 'face attempts of user', userId, tenant, sessionContext.attemptsOfUser)
}

/** Records the verifier's decision on an attempt. */
export function attemptConcluded(attempt: CountedAttempt, outcome: Outcome): Write {
  const model = `${outcome.model.name} ${outcome.model.version}`
  return update(faceAttempts, {
    where: { id: attempt.id },
    set: { decision: outcome.decision, reasons: outcome.reasons.join(' '), model },
    hits: 'any',
  })
}

/** Refunds an attempt that was not verified, so that neither an outage nor a rate limit can exhaust a session. */
export async function giveAttemptBack(services: Services, session: SessionRow, attempt: CountedAttempt): Promise<void> {
  await services.storage.commit(
    batch(
      update(authenticationSessions, {
        where: { id: session.id, state: 'started', faceAttempts: { gt: 0 } },
        add: { faceAttempts: -1 },
        hits: 'any',
      }),
      remove(faceAttempts, { where: { id: attempt.id }, hits: 'any' }),
    ),
  )
}

/** Deletes attempts older than 90 days. */
export async function forgetAttempts(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(faceAttempts, { where: { at: { lt: now - retentionMs } }, hits: 'any' })))
}

/** Finds out why an attempt could not be counted. */
async function explainRejection(
  services: Services,
  previous: SessionRow,
  callerKey: string,
  maxAttempts: number,
  cause: unknown,
): Promise<BillfoldError> {
  const session = await findSession(services, previous.tenant, previous.id)
  if (session.expiresAt <= services.now()) return new BillfoldError('session.expired', { cause })
  if (session.faceAttempts >= maxAttempts) return new BillfoldError('session.no-attempts-left', { cause })
  if (session.state !== 'started') return new BillfoldError('session.step', { cause })
  if (session.browserHash === null && session.callerKey !== callerKey)
    return new BillfoldError('session.elsewhere', { cause })
  // A concurrent attempt has consumed the liveness check.
  return new BillfoldError('liveness.required', { cause })
}

async function assertRateLimit(
  { services }: SessionSetup,
  name: string,
  subject: string,
  tenant: string,
  rule: SessionSetup['attemptsOfUser'],
): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.limiter.take({ name, subject, tenant }, rule)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

function sealInputs(services: Services, tenant: string, row: string, inputs: AttemptInputs): Promise<Uint8Array> {
  const plain = new TextEncoder().encode(JSON.stringify(inputs))
  return seal(services.keyring, plain, inputsContext(tenant, row))
}

function inputsContext(tenant: string, row: string): Place {
  return { tenant, table: faceAttempts.name, row, field: 'inputs' }
}

/** The sealed column of face attempts, for re-encryption. */
export const sealedAttempts = sealedColumn(faceAttempts, 'sealedInputs', ({ tenant, id }) => inputsContext(tenant, id))
