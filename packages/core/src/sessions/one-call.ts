import { type Actor, auditRecord } from '../audit/record.ts'
import { findTrusted, type TrustedRow, usersTrusting } from '../devices/trust.ts'
import { BillfoldError } from '../errors.ts'
import { batch } from '../storage/index.ts'
import type { FaceResult } from './face-result.ts'
import type { FaceSubmission } from './face-submission.ts'
import { submitFace } from './face-step.ts'
import type { Conclude, SessionSetup } from './setup.ts'
import { type NewSession, newSession } from './new-session.ts'
import { openedAt } from './open-session.ts'
import { type PinResult, submitPin } from './pin-step.ts'
import type { SessionRow } from './session.ts'
import { keepJson } from './session-values.ts'
import { standOnTrust } from './stands-on-trust.ts'

/** The input of a complete login in a single request. */
export interface OneCall extends Omit<FaceSubmission, 'sessionId' | 'browserSecret' | 'withPin'> {
  readonly session: NewSession
  readonly pin: string | undefined
  readonly trustDevice: boolean
  /** Skips the face step. Requires a PIN, and either a trusted device or a user from an earlier login's token. */
  readonly skipFace: boolean
  /** Unverified information about the device and the user. It has no influence on the decision. */
  readonly info: { readonly deviceInfo?: unknown; readonly userInfo?: unknown }
}

/** The result of a single-request login. */
export type OneCallResult = Pick<FaceResult, 'session' | 'status' | 'message' | 'kept'>

/**
 * Creates a session and runs its face and PIN steps.
 * @param buildReply builds the reply to the caller, and the writes that store it in the same commit
 * @throws BillfoldError those of `runFaceStep` and `runPinStep`; `login.second-factor-required` if the face is skipped and nothing replaces it
 */
export async function loginInOneCall<Reply>(
  sessionContext: SessionSetup,
  actor: Actor,
  call: OneCall,
  buildReply: Conclude<OneCallResult, Reply>,
): Promise<Reply> {
  if (call.skipFace) return withoutFace(sessionContext, actor, call, buildReply)
  const { session: sessionInput, pin } = call
  const { id } = await start(sessionContext, actor, call, sessionInput, openedAt(sessionContext.services.now()))
  const stepInput = { ...call, sessionId: id, withPin: pin !== undefined }
  if (pin === undefined) return submitFace(sessionContext, actor, stepInput, buildReply)
  const face = await submitFace<FaceResult>(sessionContext, actor, stepInput, async (result) => ({
    reply: result,
    writes: [],
  }))
  // The face step is already committed, so this reply is stored after it instead of in the same commit.
  if (face.status !== 'pin') return (await buildReply(face)).reply
  return withPin(sessionContext, actor, call, face.session, pin, buildReply)
}

async function withoutFace<Reply>(
  sessionContext: SessionSetup,
  actor: Actor,
  call: OneCall,
  buildReply: Conclude<OneCallResult, Reply>,
): Promise<Reply> {
  const { services } = sessionContext
  const { pin, device, session: sessionInput } = call
  if (pin === undefined || sessionInput.purpose === 'enroll') throw new BillfoldError('login.second-factor')
  const userId = sessionInput.userId ?? (await findOnlyUser(sessionContext, actor, call))
  const trusted = await findTrusted(services, actor.tenant, userId, device)
  if (sessionInput.userId === undefined && trusted === undefined) throw new BillfoldError('login.second-factor')
  const set = { ...openedAt(services.now()), state: 'face_verified', device: device?.thumbprint ?? null } as const
  const binding = sessionInput.userId === undefined ? trusted : undefined
  const started = await start(sessionContext, actor, call, { ...sessionInput, userId }, set, binding)
  return withPin(sessionContext, actor, call, started, pin, buildReply)
}

/** Returns the only user who trusts the device. */
async function findOnlyUser({ services }: SessionSetup, { tenant }: Actor, { device }: OneCall): Promise<string> {
  const [userId, another] = device === undefined ? [] : await usersTrusting(services, tenant, device)
  if (userId === undefined || another !== undefined) throw new BillfoldError('login.second-factor')
  return userId
}

async function start(
  { services }: SessionSetup,
  actor: Actor,
  { callerKey, info: reportedInfo, skipFace }: OneCall,
  input: NewSession,
  set: Partial<SessionRow>,
  trusted?: TrustedRow,
): Promise<SessionRow> {
  const { session, writes } = await newSession(services, actor, input, { ...set, callerKey })
  const { id, createdAt, purpose } = session
  const audit = auditRecord(actor, 'session.created', id, createdAt, { purpose, face: !skipFace })
  const saved = await keepJson(services, session, 'device-info', reportedInfo)
  const trust = trusted === undefined ? [] : await standOnTrust(services, session, trusted)
  await services.storage.commit(batch(...trust, ...writes, ...saved, audit))
  return session
}

async function withPin<Reply>(
  sessionContext: SessionSetup,
  actor: Actor,
  call: OneCall,
  { id: sessionId, userId }: SessionRow,
  pin: string,
  buildReply: Conclude<OneCallResult, Reply>,
): Promise<Reply> {
  const { callerKey, device, deviceId, trustDevice } = call
  const stepInput = { sessionId, userId: userId ?? '', callerKey, pin, device, deviceId, trustDevice }
  return submitPin(sessionContext, actor, stepInput, (result) => buildReply(toLoginResult(result)))
}

function toLoginResult({ session, isAuthenticated }: PinResult): OneCallResult {
  if (isAuthenticated) return { session, status: 'success', message: 'The user is authenticated' }
  const status = session.state === 'failed' ? 'failure' : 'pin'
  return { session, status, message: 'The PIN is incorrect' }
}
