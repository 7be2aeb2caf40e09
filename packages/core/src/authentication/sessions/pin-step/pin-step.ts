import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import { methodUnchanged } from '../../../identity/signing-methods/methods.ts'
import { type AuthorizedMethod, authorizeMethod } from '../../../identity/signing-methods/authorize-method.ts'
import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import { trustDeviceWrites } from '../../../identity/devices/trusted-devices.ts'
import { BillfoldError, isBillfoldError } from '../../../kernel/errors.ts'
import type { Services } from '../../../platform/services.ts'
import { batch, check, retryOnConflict, isCommitError, update } from '../../../kernel/storage/index.ts'
import { users } from '../../../identity/users/table.ts'
import { failSession, completeSession } from '../end-session.ts'
import { pendingEnrolmentWrites } from '../face-step/enrol-face.ts'
import { type ReplyBuilder, type SessionContext, notifyHooks } from '../session-context.ts'
import { assertSessionState, getActiveSession, type SessionRow } from '../session.ts'
import { trustedDeviceStillValid } from '../trusted-device-binding.ts'
import { authenticationSessions } from '../tables.ts'

/** The input of a PIN step. */
export interface PinStepInput {
  readonly sessionId: string
  /** The subject of the step token. */
  readonly userId: string
  /** The X coordinate of the caller's public key, base64url. */
  readonly callerKey: string
  readonly pin: string
  readonly device?: VerifiedDevice | undefined
  /** The device's own label, unverified. */
  readonly deviceId?: string | undefined
  /** True to trust the device, which must have proved possession of its key. */
  readonly trustDevice: boolean
}

/** The result of a PIN step. */
export interface PinStepResult {
  readonly session: SessionRow
  readonly isAuthenticated: boolean
}

/** The maximum number of PIN attempts in a session, independent of the user's attempt counter. */
export const maxPinAttempts = 5

/**
 * Runs the PIN step of a session whose face was verified. The PIN is the user's PIN signing method, with its attempt counter; a wrong
 * PIN, a locked PIN and a missing PIN give the same result. A correct PIN completes the session in one commit with the stored reply,
 * the trusted device and the pending enrolment.
 * @param buildReply builds the reply to the caller, and the writes that store it in the same commit
 * @throws BillfoldError `session.not-found`, `session.expired`, `session.invalid-state`, `session.wrong-client`,
 *   `session.no-attempts-left`, `device.invalid-proof`, `login.second-factor-required`, `rate.limited`, `server.busy`
 */
export async function runPinStep<Reply>(
  sessionContext: SessionContext,
  actor: Actor,
  input: PinStepInput,
  buildReply: ReplyBuilder<PinStepResult, Reply>,
): Promise<Reply> {
  const { services } = sessionContext
  const session = await getSessionAwaitingPin(sessionContext, actor, input)
  // Check this before the PIN, so that a revoked device cannot be used to test PINs.
  await trustedDeviceStillValid(services, session)
  await countPinAttempt(sessionContext, session)
  const authorized = await authorizeWithPin(sessionContext, actor, input).catch(async (error: unknown) => {
    // The PIN was not checked: a busy server must not use up an attempt.
    if (isBillfoldError(error, 'server.busy') || isBillfoldError(error, 'rate.limited'))
      await refundPinAttempt(services, actor.tenant, input.sessionId)
    throw error
  })
  const committed = await retryOnConflict(async () => {
    const current = await getSessionAwaitingPin(sessionContext, actor, input)
    const { result, writes } = await applyPinCheck(sessionContext, actor, current, input, authorized)
    const built = await buildReply(result)
    await services.storage.commit(batch(...writes, ...built.writes))
    return { result, reply: built.reply }
  })
  await notifyHooks(sessionContext, committed.result.session)
  return committed.reply
}

/** Returns the session if it belongs to this caller and device and awaits the PIN. */
async function getSessionAwaitingPin(
  { services }: SessionContext,
  { tenant }: Actor,
  { sessionId, callerKey, userId, device }: PinStepInput,
): Promise<SessionRow> {
  const session = await getActiveSession(services, tenant, sessionId)
  assertSessionState(session, 'face_verified')
  if (session.callerKey !== callerKey || session.userId !== userId) throw new BillfoldError('session.wrong-client')
  if (session.device !== null && session.device !== device?.thumbprint) throw new BillfoldError('device.invalid-proof')
  return session
}

async function countPinAttempt({ services }: SessionContext, { id, version }: SessionRow): Promise<void> {
  const where = { id, state: 'face_verified', version, pinAttempts: { lt: maxPinAttempts } }
  try {
    await services.storage.commit(batch(update(authenticationSessions, { where, add: { pinAttempts: 1 } })))
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('session.no-attempts-left', { cause })
    throw cause
  }
}

async function refundPinAttempt(services: Services, tenant: string, id: string): Promise<void> {
  const where = { id, tenant, state: 'face_verified', pinAttempts: { gt: 0 } }
  await services.storage.commit(
    batch(update(authenticationSessions, { where, add: { pinAttempts: -1 }, expectedRows: 'any' })),
  )
}

/** Returns the authorized PIN method, or undefined if the PIN is wrong, locked or missing. */
async function authorizeWithPin(
  { services }: SessionContext,
  actor: Actor,
  { userId, pin }: PinStepInput,
): Promise<AuthorizedMethod | undefined> {
  try {
    const failureCodes = { wrong: 'pincode.incorrect', locked: 'pincode.incorrect' } as const
    return await authorizeMethod(services, actor, userId, { type: 'PIN' }, pin, failureCodes)
  } catch (error) {
    if (isBillfoldError(error, 'pincode.incorrect')) return undefined
    throw error
  }
}

async function applyPinCheck(
  { services }: SessionContext,
  actor: Actor,
  session: SessionRow,
  { device, deviceId, trustDevice, userId }: PinStepInput,
  authorized: AuthorizedMethod | undefined,
) {
  const now = services.now()
  if (authorized === undefined) {
    const audit = auditWrite(actor, 'session.pin-rejected', session.id, now, { user: userId })
    if (session.pinAttempts < maxPinAttempts) return { result: { session, isAuthenticated: false }, writes: [audit] }
    const ending = failSession(services, actor, session, 'pin')
    return { result: { session: ending.session, isAuthenticated: false }, writes: [...ending.writes, audit] }
  }
  const ending = completeSession(services, actor, session, {})
  const trust =
    trustDevice && device !== undefined
      ? await trustDeviceWrites(services, actor, userId, device, deviceId ?? 'unnamed')
      : []
  const writes = [
    ...ending.writes,
    ...(await trustedDeviceStillValid(services, session)),
    methodUnchanged(authorized),
    check(users, { where: { id: userId, tenant: session.tenant, archivedAt: null } }),
    ...trust,
    ...(await pendingEnrolmentWrites(services, actor, session)),
  ]
  return { result: { session: ending.session, isAuthenticated: true }, writes }
}
