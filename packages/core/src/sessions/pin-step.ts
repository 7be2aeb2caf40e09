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

/** What is submitted for a session whose PIN is due. */
export interface PinSubmission {
  readonly sessionId: string
  /** Whom the token that comes with it is about. */
  readonly userId: string
  /** X of the public key of who submits it, base64url. */
  readonly callerKey: string
  readonly pin: string
  readonly device?: ProvenDevice | undefined
  /** What the device calls itself. */
  readonly deviceId?: string | undefined
  /** Whether the user wants the device to be trusted; it must have shown its key. */
  readonly trustDevice: boolean
}

/** What came of a PIN. */
export interface PinResult {
  readonly session: SessionRow
  readonly isAuthenticated: boolean
}

/** PINs of one session, whatever the user's own attempts are. */
export const mostPins = 5

/**
 * Takes the PIN step of a session whose face was verified. The PIN is the user's one PIN signing method, with its attempts; a wrong
 * one, a locked one and none are told alike. A right one ends the session well, in one commit with the answer, the trust in the
 * device and the enrolment that has waited for it.
 * @throws BillfoldError `session.unknown`, `session.expired`, `session.step`, `session.elsewhere`, `session.no-attempts-left`,
 *   `device.invalid`, `login.second-factor`, `rate.limited`, `server.busy`
 */
export async function submitPin<Answer>(
  setup: SessionSetup,
  actor: Actor,
  submission: PinSubmission,
  conclude: Conclude<PinResult, Answer>,
): Promise<Answer> {
  const { services } = setup
  const due = await dueSession(setup, actor, submission)
  // Before the PIN is looked at: whoever has a device that was revoked learns nothing of it.
  await stillStandsOnTrust(services, due)
  await countPin(setup, due)
  const opened = await openPin(setup, actor, submission).catch(async (error: unknown) => {
    // Nobody has looked at the PIN: a busy server ends no session.
    if (isBillfoldError(error, 'server.busy') || isBillfoldError(error, 'rate.limited'))
      await givePinBack(services, actor.tenant, submission.sessionId)
    throw error
  })
  const settled = await decide(async () => {
    const session = await dueSession(setup, actor, submission)
    const { result, writes } = await settle(setup, actor, session, submission, opened)
    const concluded = await conclude(result)
    await services.storage.commit(batch(...writes, ...concluded.writes))
    return { result, answer: concluded.answer }
  })
  await tellHooks(setup, settled.result.session)
  return settled.answer
}

/** The session, if it is this caller's, on this device, and its PIN is due. */
async function dueSession(
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

async function countPin({ services }: SessionSetup, { id, version }: SessionRow): Promise<void> {
  const where = { id, state: 'face_verified', version, pinAttempts: { lt: mostPins } }
  try {
    await services.storage.commit(batch(update(authenticationSessions, { where, add: { pinAttempts: 1 } })))
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('session.no-attempts-left', { cause })
    throw cause
  }
}

async function givePinBack(services: Services, tenant: string, id: string): Promise<void> {
  const where = { id, tenant, state: 'face_verified', pinAttempts: { gt: 0 } }
  await services.storage.commit(batch(update(authenticationSessions, { where, add: { pinAttempts: -1 }, hits: 'any' })))
}

/** The PIN, or undefined where it does not open. */
async function openPin(
  { services }: SessionSetup,
  actor: Actor,
  { userId, pin }: PinSubmission,
): Promise<OpenedMethod | undefined> {
  try {
    const refusals = { wrong: 'pincode.incorrect', locked: 'pincode.incorrect' } as const
    return await unlock(services, actor, userId, { type: 'PIN' }, pin, refusals)
  } catch (error) {
    if (isBillfoldError(error, 'pincode.incorrect')) return undefined
    throw error
  }
}

async function settle(
  { services }: SessionSetup,
  actor: Actor,
  session: SessionRow,
  { device, deviceId, trustDevice, userId }: PinSubmission,
  opened: OpenedMethod | undefined,
) {
  const now = services.now()
  if (opened === undefined) {
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
    stillThere(opened),
    check(users, { where: { id: userId, tenant: session.tenant, archivedAt: null } }),
    ...trust,
    ...(await waitingEnrolment(services, actor, session)),
  ]
  return { result: { session: ending.session, isAuthenticated: true }, writes }
}
