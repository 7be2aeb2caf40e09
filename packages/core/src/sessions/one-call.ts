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

/** A whole login in one call. */
export interface OneCall extends Omit<FaceSubmission, 'sessionId' | 'browserSecret' | 'withPin'> {
  readonly session: NewSession
  readonly pin: string | undefined
  readonly trustDevice: boolean
  /** Leaves the face away. Then the PIN must come with a trusted device, or the session must have a user by an earlier login's token. */
  readonly skipFace: boolean
  /** What the caller says about the device and the user; it decides nothing. */
  readonly info: { readonly deviceInfo?: unknown; readonly userInfo?: unknown }
}

/** What came of it. */
export type OneCallResult = Pick<FaceResult, 'session' | 'status' | 'message' | 'kept'>

/**
 * Makes a session and takes its steps.
 * @throws BillfoldError those of `submitFace` and `submitPin`; `login.second-factor` where nothing may stand for the face
 */
export async function loginInOneCall<Answer>(
  setup: SessionSetup,
  actor: Actor,
  call: OneCall,
  conclude: Conclude<OneCallResult, Answer>,
): Promise<Answer> {
  if (call.skipFace) return withoutFace(setup, actor, call, conclude)
  const { session, pin } = call
  const { id } = await begin(setup, actor, call, session, openedAt(setup.services.now()))
  const submission = { ...call, sessionId: id, withPin: pin !== undefined }
  if (pin === undefined) return submitFace(setup, actor, submission, conclude)
  const face = await submitFace<FaceResult>(setup, actor, submission, async (answer) => ({ answer, writes: [] }))
  // What is answered now is kept after the step, not with it.
  if (face.status !== 'pin') return (await conclude(face)).answer
  return withPin(setup, actor, call, face.session, pin, conclude)
}

async function withoutFace<Answer>(
  setup: SessionSetup,
  actor: Actor,
  call: OneCall,
  conclude: Conclude<OneCallResult, Answer>,
): Promise<Answer> {
  const { services } = setup
  const { pin, device, session } = call
  if (pin === undefined || session.purpose === 'enroll') throw new BillfoldError('login.second-factor')
  const userId = session.userId ?? (await onlyUserOf(setup, actor, call))
  const trusted = await findTrusted(services, actor.tenant, userId, device)
  if (session.userId === undefined && trusted === undefined) throw new BillfoldError('login.second-factor')
  const set = { ...openedAt(services.now()), state: 'face_verified', device: device?.thumbprint ?? null } as const
  const standsOn = session.userId === undefined ? trusted : undefined
  const begun = await begin(setup, actor, call, { ...session, userId }, set, standsOn)
  return withPin(setup, actor, call, begun, pin, conclude)
}

/** The one user who trusts the device. */
async function onlyUserOf({ services }: SessionSetup, { tenant }: Actor, { device }: OneCall): Promise<string> {
  const [userId, another] = device === undefined ? [] : await usersTrusting(services, tenant, device)
  if (userId === undefined || another !== undefined) throw new BillfoldError('login.second-factor')
  return userId
}

async function begin(
  { services }: SessionSetup,
  actor: Actor,
  { callerKey, info, skipFace }: OneCall,
  input: NewSession,
  set: Partial<SessionRow>,
  trusted?: TrustedRow,
): Promise<SessionRow> {
  const { session, writes } = await newSession(services, actor, input, { ...set, callerKey })
  const { id, createdAt, purpose } = session
  const audit = auditRecord(actor, 'session.created', id, createdAt, { purpose, face: !skipFace })
  const kept = await keepJson(services, session, 'device-info', info)
  const trust = trusted === undefined ? [] : await standOnTrust(services, session, trusted)
  await services.storage.commit(batch(...trust, ...writes, ...kept, audit))
  return session
}

async function withPin<Answer>(
  setup: SessionSetup,
  actor: Actor,
  call: OneCall,
  { id: sessionId, userId }: SessionRow,
  pin: string,
  conclude: Conclude<OneCallResult, Answer>,
): Promise<Answer> {
  const { callerKey, device, deviceId, trustDevice } = call
  const submission = { sessionId, userId: userId ?? '', callerKey, pin, device, deviceId, trustDevice }
  return submitPin(setup, actor, submission, (result) => conclude(told(result)))
}

function told({ session, isAuthenticated }: PinResult): OneCallResult {
  if (isAuthenticated) return { session, status: 'success', message: 'The user is authenticated' }
  const status = session.state === 'failed' ? 'failure' : 'pin'
  return { session, status, message: 'The PIN is not right' }
}
