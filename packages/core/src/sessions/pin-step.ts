import { type Actor, auditRecord } from '../audit/record.ts'
import { stillThere } from '../credentials/methods.ts'
import { type OpenedMethod, unlock } from '../credentials/unlock.ts'
import type { ProvenDevice } from '../devices/device-key.ts'
import { trustWrites } from '../devices/trust.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, check, decide, isCommitError, update } from '../storage/index.ts'
import { users } from '../users/table.ts'
import { fails, succeeds } from './end-session.ts'
import { waitingEnrolment } from './enrol-step.ts'
import { type Conclude, type SessionSetup, tellHooks } from './setup.ts'
import { assertState, liveSession, type SessionRow } from './session.ts'
import { stillStandsOnTrust } from './stands-on-trust.ts'
import { authenticationSessions } from './tables.ts'

/** The input of a PIN step. */
export interface PinSubmission {
  readonly sessionId: string
  /** The subject of the step token. */
  readonly userId: string
  /** The X coordinate of the caller's public key, base64url. */
  readonly callerKey: string
  readonly pin: string
  readonly device?: ProvenDevice | undefined
  /** The device's own label, unverified. */
  readonly deviceId?: string | undefined
  /** True to trust the device, which must have proved possession of its key. */
  readonly trustDevice: boolean
}

/** The result of a PIN step. */
export interface PinResult {
  readonly session: SessionRow
  readonly isAuthenticated: boolean
}

/** The maximum number of PIN attempts in a session, independent of the user's attempt counter. */
export const mostPins = 5

/**
 * Runs the PIN step of a session whose face was verified. The PIN is the user's PIN signing method, with its attempt counter; a wrong
 * PIN, a locked PIN and a missing PIN give the same result. A correct PIN completes the session in one commit with the stored reply,
 * the trusted device and the pending enrolment.
 * @param buildReply builds the reply to the caller, and the writes that store it in the same commit
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `session.no-attempts-left`, `device.invalid`, `login.second-factor-required`, `rate.limited`, `server.busy`
 */
export async function submitPin<Reply>(
  sessionContext: SessionSetup,
  actor: Actor,
  input: PinSubmission,
  buildReply: Conclude<PinResult, Reply>,
): Promise<Reply> {
  const { services } = sessionContext
  const session = await getSessionAwaitingPin(sessionContext, actor, input)
  // Check this before the PIN, so that a revoked device cannot be used to test PINs.
  await stillStandsOnTrust(services, session)
  await countPinAttempt(sessionContext, session)
  const authorized = await authorizeWithPin(sessionContext, actor, input).catch(async (error: unknown) => {
    // The PIN was not checked: a busy server must not use up an attempt.
    if (isBillfoldError(error, 'server.busy') || isBillfoldError(error, 'rate.limited'))
      await refundPinAttempt(services, actor.tenant, input.sessionId)
    throw error
  })
  const committed = await decide(async () => {
    const current = await getSessionAwaitingPin(sessionContext, actor, input)
    const { result, writes } = await applyPinCheck(sessionContext, actor, current, input, authorized)
    const built = await buildReply(result)
    await services.storage.commit(batch(...writes, ...built.writes))
    return { result, reply: built.reply }
  })
  await tellHooks(sessionContext, committed.result.session)
  return committed.reply
}

/** Returns the session if it belongs to this caller and device and awaits the PIN. */
async function getSessionAwaitingPin(
  { services }: SessionSetup,
  { tenant }: Actor,
  { sessionId, callerKey, userId, device }: PinSubmission,
): Promise<SessionRow> {
  const session = await liveSession(services, tenant, sessionId)
  assertState(session, 'face_verified')
  if (session.callerKey !== callerKey || session.userId !== userId) throw new BillfoldError('session.elsewhere')
  if (session.device !== null && session.device !== device?.thumbprint) throw new BillfoldError('device.invalid')
  return session
}

async function countPinAttempt({ services }: SessionSetup, { id, version }: SessionRow): Promise<void> {
  const where = { id, state: 'face_verified', version, pinAttempts: { lt: mostPins } }
  try {
    await services.storage.commit(batch(update(authenticationSessions, { where, add: { pinAttempts: 1 } })))
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('session.no-attempts-left', { cause })
    throw cause
  }
}

async function refundPinAttempt(services: Services, tenant: string, id: string): Promise<void> {
  const where = { id, tenant, state: 'face_verified', pinAttempts: { gt: 0 } }
  await services.storage.commit(batch(update(authenticationSessions, { where, add: { pinAttempts: -1 }, hits: 'any' })))
}

/** Returns the authorized PIN method, or undefined if the PIN is wrong, locked or missing. */
async function authorizeWithPin(
  { services }: SessionSetup,
  actor: Actor,
  { userId, pin }: PinSubmission,
): Promise<OpenedMethod | undefined> {
  try {
    const failureCodes = { wrong: 'pincode.incorrect', locked: 'pincode.incorrect' } as const
    return await unlock(services, actor, userId, { type: 'PIN' }, pin, failureCodes)
  } catch (error) {
    if (isBillfoldError(error, 'pincode.incorrect')) return undefined
    throw error
  }
}

async function applyPinCheck(
  { services }: SessionSetup,
  actor: Actor,
  session: SessionRow,
  { device, deviceId, trustDevice, userId }: PinSubmission,
  authorized: OpenedMethod | undefined,
) {
  const now = services.now()
  if (authorized === undefined) {
    const audit = auditRecord(actor, 'session.pin-refused', session.id, now, { user: userId })
    if (session.pinAttempts < mostPins) return { result: { session, isAuthenticated: false }, writes: [audit] }
    const ending = fails(services, actor, session, 'pin')
    return { result: { session: ending.session, isAuthenticated: false }, writes: [...ending.writes, audit] }
  }
  const ending = succeeds(services, actor, session, {})
  const trust =
    trustDevice && device !== undefined ? await trustWrites(services, actor, userId, device, deviceId ?? 'unnamed') : []
  const writes = [
    ...ending.writes,
    ...(await stillStandsOnTrust(services, session)),
    stillThere(authorized),
    check(users, { where: { id: userId, tenant: session.tenant, archivedAt: null } }),
    ...trust,
    ...(await waitingEnrolment(services, actor, session)),
  ]
  return { result: { session: ending.session, isAuthenticated: true }, writes }
}
