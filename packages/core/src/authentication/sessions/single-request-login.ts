import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import {
  findTrustedDevice,
  type TrustedDeviceRow,
  listUsersTrustingDevice,
} from '../../identity/devices/trusted-devices.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { batch } from '../../kernel/storage/index.ts'
import type { FaceStepResult } from './face-step/face-step-result.ts'
import type { FaceStepInput } from './face-step/face-step-types.ts'
import { runFaceStep } from './face-step/face-step.ts'
import type { ReplyBuilder, SessionContext } from './session-context.ts'
import { type CreateSessionInput, buildSession } from './create-session.ts'
import { startedState } from './start-session.ts'
import { type PinStepResult, runPinStep } from './pin-step/pin-step.ts'
import type { SessionRow } from './session.ts'
import { saveSessionJsonWrites } from './session-values.ts'
import { bindToTrustedDevice } from './trusted-device-binding.ts'

/** The input of a complete login in a single request. */
export interface SingleRequestLogin extends Omit<FaceStepInput, 'sessionId' | 'browserSecret' | 'withPin'> {
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
 * Creates a session and runs its face and PIN steps.
 * @param buildReply builds the reply to the caller, and the writes that store it in the same commit
 * @throws BillfoldError those of `runFaceStep` and `runPinStep`; `login.second-factor-required` if the face is skipped and nothing replaces it
 */
export async function loginInSingleRequest<Reply>(
  sessionContext: SessionContext,
  actor: Actor,
  call: SingleRequestLogin,
  buildReply: ReplyBuilder<SingleRequestLoginResult, Reply>,
): Promise<Reply> {
  if (call.skipFace) return withoutFace(sessionContext, actor, call, buildReply)
  const { sessionInput, pin } = call
  const { id } = await start(sessionContext, actor, call, sessionInput, startedState(sessionContext.services.now()))
  const stepInput = { ...call, sessionId: id, withPin: pin !== undefined }
  if (pin === undefined) return runFaceStep(sessionContext, actor, stepInput, buildReply)
  const face = await runFaceStep<FaceStepResult>(sessionContext, actor, stepInput, async (result) => ({
    reply: result,
    writes: [],
  }))
  // The face step is already committed, so this reply is stored after it instead of in the same commit.
  if (face.status !== 'pin') return (await buildReply(face)).reply
  return withPin(sessionContext, actor, call, face.session, pin, buildReply)
}

async function withoutFace<Reply>(
  sessionContext: SessionContext,
  actor: Actor,
  call: SingleRequestLogin,
  buildReply: ReplyBuilder<SingleRequestLoginResult, Reply>,
): Promise<Reply> {
  const { services } = sessionContext
  const { pin, device, sessionInput } = call
  if (pin === undefined || sessionInput.purpose === 'enroll') throw new BillfoldError('login.second-factor-required')
  const userId = sessionInput.userId ?? (await findOnlyUser(sessionContext, actor, call))
  const trusted = await findTrustedDevice(services, actor.tenant, userId, device)
  if (sessionInput.userId === undefined && trusted === undefined)
    throw new BillfoldError('login.second-factor-required')
  const set = { ...startedState(services.now()), state: 'face_verified', device: device?.thumbprint ?? null } as const
  const binding = sessionInput.userId === undefined ? trusted : undefined
  const started = await start(sessionContext, actor, call, { ...sessionInput, userId }, set, binding)
  return withPin(sessionContext, actor, call, started, pin, buildReply)
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

async function start(
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
  await services.storage.commit(batch(...trust, ...writes, ...saved, audit))
  return session
}

async function withPin<Reply>(
  sessionContext: SessionContext,
  actor: Actor,
  call: SingleRequestLogin,
  { id: sessionId, userId }: SessionRow,
  pin: string,
  buildReply: ReplyBuilder<SingleRequestLoginResult, Reply>,
): Promise<Reply> {
  const { callerKey, device, deviceId, trustDevice } = call
  const stepInput = { sessionId, userId: userId ?? '', callerKey, pin, device, deviceId, trustDevice }
  return runPinStep(sessionContext, actor, stepInput, (result) => buildReply(toLoginResult(result)))
}

function toLoginResult({ session, isAuthenticated }: PinStepResult): SingleRequestLoginResult {
  if (isAuthenticated) return { session, status: 'success', message: 'The user is authenticated' }
  const status = session.state === 'failed' ? 'failure' : 'pin'
  return { session, status, message: 'The PIN is incorrect' }
}
