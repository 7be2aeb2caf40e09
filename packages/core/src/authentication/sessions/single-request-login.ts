import {
  deviceTrustStillValid,
  findTrustedDevice,
  listUsersTrustingDevice,
  type TrustedDeviceRow,
} from '../../identity/devices/trusted-devices.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { batch, retryOnConflict, type Write } from '../../kernel/storage/index.ts'
import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { buildSession, type CreateSessionInput } from './create-session.ts'
import type { DecidedStep } from './decided-step.ts'
import type { FaceStepResult } from './face-step/face-step-result.ts'
import type { FaceStepInput, VerifiedAttempt } from './face-step/face-step-types.ts'
import { attemptFace, decideFaceStep } from './face-step/face-step.ts'
import type { PinStepResult } from './pin-step/2-decide.ts'
import { attemptPin, type CheckedPin, decidePinStep } from './pin-step/pin-step.ts'
import { markFaceSkippedWrites } from './session-claims.ts'
import { notifyHooks, type SessionContext } from './session-context.ts'
import { saveSessionJsonWrites } from './session-values.ts'
import type { SessionRow } from './session.ts'
import { startedState } from './start-session.ts'
import { bindToTrustedDevice } from './trusted-device-binding.ts'

/** The input of a complete login in a single request. */
export interface SingleRequestLogin extends Omit<FaceStepInput, 'browserSecret' | 'withPin'> {
  readonly sessionInput: CreateSessionInput
  readonly pin: string | undefined
  readonly trustDevice: boolean
  /** Skips the face step. Requires a PIN, and either a trusted device or a user from an earlier login's token. */
  readonly skipFace: boolean
  /** Unverified information about the device and the user. It has no influence on the decision. */
  readonly reportedInfo: { readonly deviceInfo?: unknown; readonly userInfo?: unknown }
}

/** The result of a single-request login. */
export type SingleRequestLoginResult = Pick<FaceStepResult, 'session' | 'status' | 'message' | 'retainedData'>

/**
 * A login of which everything but the last step is committed: `face` and `pin` are to be decided by {@link decideLogin}. `rejected`: the
 * face step that precedes the PIN has ended the request, and is committed.
 */
export type AttemptedLogin =
  | { readonly kind: 'face'; readonly verified: VerifiedAttempt }
  | { readonly kind: 'pin'; readonly checked: CheckedPin }
  | { readonly kind: 'rejected'; readonly result: FaceStepResult }

/**
 * Creates a session and runs its face and PIN steps, up to the decision of the last one.
 * @throws BillfoldError those of `attemptFace` and `attemptPin`; `login.second-factor-required` if the face is skipped and nothing
 *   replaces it
 */
export async function attemptLogin(
  sessionContext: SessionContext,
  actor: Actor,
  call: SingleRequestLogin,
): Promise<AttemptedLogin> {
  const { sessionInput, pin } = call
  if (call.skipFace) return attemptWithoutFace(sessionContext, actor, call)
  const columns = startedState(sessionContext.services.now())
  const started = await createStartedSession(sessionContext, actor, call, sessionInput, columns)
  const verified = await attemptFace(sessionContext, actor, started, { ...call, withPin: pin !== undefined })
  if (pin === undefined) return { kind: 'face', verified }
  const result = await commitFaceStep(sessionContext, actor, verified)
  if (result.status !== 'pin') return { kind: 'rejected', result }
  return attemptWithPin(sessionContext, actor, call, result.session, pin, [])
}

/** Decides the last step of a login. Call it within `retryOnConflict`, and commit the writes. @throws BillfoldError those of `decideFaceStep` and `decidePinStep` */
export async function decideLogin(
  sessionContext: SessionContext,
  actor: Actor,
  attempted: Exclude<AttemptedLogin, { readonly kind: 'rejected' }>,
  attemptNumber: number,
): Promise<DecidedStep<SingleRequestLoginResult>> {
  if (attempted.kind === 'face') return decideFaceStep(sessionContext, actor, attempted.verified, attemptNumber)
  const { result, writes } = await decidePinStep(sessionContext, actor, attempted.checked, attemptNumber)
  return { result: toLoginResult(result), writes }
}

/** Commits the face step that precedes the PIN. Its reply depends on the PIN, so none is stored with it. */
function commitFaceStep(
  sessionContext: SessionContext,
  actor: Actor,
  verified: VerifiedAttempt,
): Promise<FaceStepResult> {
  return retryOnConflict(async (attemptNumber) => {
    const { result, writes } = await decideFaceStep(sessionContext, actor, verified, attemptNumber)
    await sessionContext.services.storage.commit(batch(...writes))
    await notifyHooks(sessionContext, result.session)
    return result
  })
}

async function attemptWithoutFace(
  sessionContext: SessionContext,
  actor: Actor,
  call: SingleRequestLogin,
): Promise<AttemptedLogin> {
  const { services } = sessionContext
  const { pin, device, sessionInput } = call
  if (pin === undefined || sessionInput.purpose === 'enroll') throw new BillfoldError('login.second-factor-required')
  const userId = sessionInput.userId ?? (await findOnlyUser(sessionContext, actor, call))
  const trusted = await findTrustedDevice(services, actor.tenant, userId, device)
  if (sessionInput.userId === undefined && trusted === undefined)
    throw new BillfoldError('login.second-factor-required')
  const set = { ...startedState(services.now()), state: 'face_verified', device: device?.thumbprint ?? null } as const
  const binding = sessionInput.userId === undefined ? trusted : undefined
  const started = await createStartedSession(sessionContext, actor, call, { ...sessionInput, userId }, set, binding)
  const trust = binding === undefined ? [] : [deviceTrustStillValid(binding)]
  return attemptWithPin(sessionContext, actor, call, started, pin, trust)
}

/** Returns the only user who trusts the device. */
async function findOnlyUser(
  { services }: SessionContext,
  { tenant }: Actor,
  { device }: SingleRequestLogin,
): Promise<string> {
  const [userId, another] = device === undefined ? [] : await listUsersTrustingDevice(services, tenant, device)
  if (userId === undefined || another !== undefined) throw new BillfoldError('login.second-factor-required')
  return userId
}

async function createStartedSession(
  { services }: SessionContext,
  actor: Actor,
  { callerKey, reportedInfo, skipFace }: SingleRequestLogin,
  input: CreateSessionInput,
  set: Partial<SessionRow>,
  trusted?: TrustedDeviceRow,
): Promise<SessionRow> {
  const { session, writes } = await buildSession(services, actor, input, { ...set, callerKey })
  const { id, createdAt, purpose } = session
  const audit = auditWrite(actor, 'session.created', id, createdAt, { purpose, face: !skipFace })
  const saved = await saveSessionJsonWrites(services, session, 'device-info', reportedInfo)
  const trust = trusted === undefined ? [] : await bindToTrustedDevice(services, session, trusted)
  const skipped = skipFace ? await markFaceSkippedWrites(services, session) : []
  await services.storage.commit(batch(...trust, ...writes, ...saved, ...skipped, audit))
  return session
}

async function attemptWithPin(
  sessionContext: SessionContext,
  actor: Actor,
  call: SingleRequestLogin,
  session: SessionRow,
  pin: string,
  trust: readonly Write[],
): Promise<AttemptedLogin> {
  const { callerKey, device, deviceId, trustDevice } = call
  const input = {
    sessionId: session.id,
    userId: session.userId ?? '',
    callerKey,
    pin,
    device,
    deviceId,
    trustDevice,
  }
  return { kind: 'pin', checked: await attemptPin(sessionContext, actor, { session, trust }, input) }
}

function toLoginResult({ session, isAuthenticated }: PinStepResult): SingleRequestLoginResult {
  if (isAuthenticated) return { session, status: 'success', message: 'The user is authenticated' }
  const status = session.state === 'failed' ? 'failure' : 'pin'
  return { session, status, message: 'The PIN is incorrect' }
}
