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

/** What is kept about an attempt: what the camera and the device said. */
export interface AttemptInputs {
  readonly cameraIndicator: Readonly<Record<string, unknown>>
  readonly deviceId: string | undefined
}

/** How long attempts are kept: 90 days. */
const keptMs = 90 * 24 * 60 * 60 * 1000

/** An attempt that was counted. */
export interface CountedAttempt {
  readonly id: string
  /** Which of the session's it is, from 1. */
  readonly number: number
}

/**
 * Counts a face attempt, before anybody looks at the face, against the session, the licence and the user; and binds the session to
 * the public key of who makes it, and uses up the liveness check that was started. Attempts side by side cannot outrun the limits.
 * @throws BillfoldError `rate.limited`, `session.no-attempts-left`, `session.step`, `session.elsewhere`, `session.expired`
 */
export async function countAttempt(
  setup: SessionSetup,
  session: SessionRow,
  callerKey: string,
  most: number,
  inputs: AttemptInputs,
  evidence: Evidence,
): Promise<CountedAttempt> {
  const { services } = setup
  const { tenant, id: sessionId } = session
  const now = services.now()
  const id = newId()
  const sealedInputs = await sealInputs(services, tenant, id, inputs)
  // Whoever brought the browser's secret may have made a new key, as a page does that was loaded again.
  const bound = session.browserHash === null ? { callerKey } : {}
  const { version, livenessRound } = session
  const usesLiveness = evidence.kind === 'image' ? {} : { livenessRound }
  const counted = update(authenticationSessions, {
    where: {
      id: sessionId,
      state: 'opened',
      version,
      faceAttempts: { lt: most },
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
    throw await refusal(services, session, callerKey, most, error)
  }
  const { faceAttempts: number } = await findSession(services, tenant, sessionId)
  try {
    await countForOthers(setup, session)
  } catch (error) {
    await giveAttemptBack(services, session, { id, number })
    throw error
  }
  return { id, number }
}

/** After the session's own count, so that a session without attempts left costs its user none. @throws BillfoldError `rate.limited` */
async function countForOthers(setup: SessionSetup, { tenant, creatorId, userId }: SessionRow): Promise<void> {
  await take(setup, 'face attempts of licence', creatorId ?? 'elsewhere', tenant, setup.attemptsOfLicence)
  if (userId !== null) await take(setup, 'face attempts of user', userId, tenant, setup.attemptsOfUser)
}

/** The write that says what came of an attempt. */
export function attemptConcluded(attempt: CountedAttempt, outcome: Outcome): Write {
  const model = `${outcome.model.name} ${outcome.model.version}`
  return update(faceAttempts, {
    where: { id: attempt.id },
    set: { decision: outcome.decision, reasons: outcome.reasons.join(' '), model },
    hits: 'any',
  })
}

/** Gives an attempt back that nobody has looked at, so that neither an outage nor another limit ends a session. */
export async function giveAttemptBack(services: Services, session: SessionRow, attempt: CountedAttempt): Promise<void> {
  await services.storage.commit(
    batch(
      update(authenticationSessions, {
        where: { id: session.id, state: 'opened', faceAttempts: { gt: 0 } },
        add: { faceAttempts: -1 },
        hits: 'any',
      }),
      remove(faceAttempts, { where: { id: attempt.id }, hits: 'any' }),
    ),
  )
}

/** Forgets attempts of 90 days ago. */
export async function forgetAttempts(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(faceAttempts, { where: { at: { lt: now - keptMs } }, hits: 'any' })))
}

/** Why an attempt could not be counted. */
async function refusal(
  services: Services,
  read: SessionRow,
  callerKey: string,
  most: number,
  cause: unknown,
): Promise<BillfoldError> {
  const session = await findSession(services, read.tenant, read.id)
  if (session.expiresAt <= services.now()) return new BillfoldError('session.expired', { cause })
  if (session.faceAttempts >= most) return new BillfoldError('session.no-attempts-left', { cause })
  if (session.state !== 'opened') return new BillfoldError('session.step', { cause })
  if (session.browserHash === null && session.callerKey !== callerKey)
    return new BillfoldError('session.elsewhere', { cause })
  // Another attempt has used the liveness check.
  return new BillfoldError('liveness.required', { cause })
}

async function take(
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
  return seal(services.keyring, plain, place(tenant, row))
}

function place(tenant: string, row: string): Place {
  return { tenant, table: faceAttempts.name, row, field: 'inputs' }
}

/** What the keyring seals here. */
export const sealedAttempts = sealedColumn(faceAttempts, 'sealedInputs', ({ tenant, id }) => place(tenant, id))
