import type { Connection } from '@billfold/core/client'
import { signDeviceStatement } from './device.ts'
import { sessionId, type Texts } from './settings.ts'

const challengeSteps = ['turn_left', 'turn_right', 'open_mouth'] as const

/** A step that a challenge asks the user to do. */
export type ChallengeStep = (typeof challengeSteps)[number]

/** A face captured with the camera: one picture, or the frames of a challenge, each base64 of a JPEG. */
export interface CapturedFace {
  readonly selfie?: string
  readonly frames?: readonly string[]
  readonly cameraIndicator: Readonly<Record<string, string | number>>
}

/** The server's result for a submitted face. */
export interface FaceCheckResult {
  readonly status: string
  readonly token: string | undefined
  /** Advice for the next attempt. */
  readonly advice: (texts: Texts) => string
}

type Fields = Readonly<Record<string, unknown>>

/** Starts a liveness check and returns the steps of its challenge. */
export async function startChallenge(connection: Connection, session: string): Promise<ChallengeStep[]> {
  const { client } = parseData(await connection.call('POST', '/v2/start_liveness', { data: { sessionId: session } }))
  const steps = isFields(client) ? client['steps'] : undefined
  if (!Array.isArray(steps)) throw new Error('The liveness check has no challenge steps')
  return steps.map((step: unknown) => {
    const known = challengeSteps.find((name) => name === step)
    if (known === undefined) throw new Error(`Unknown challenge step: ${String(step)}`)
    return known
  })
}

/** Submits a captured face. */
export async function submitFace(
  connection: Connection,
  captured: CapturedFace,
  requestId: string,
): Promise<FaceCheckResult> {
  const device = await signDeviceStatement('submit_face', sessionId, connection.keyPair)
  const data = { sessionId, deviceId: 'browser', ...captured, ...(device !== undefined && { device }) }
  const reply = parseData(await connection.call('POST', '/v2/submit_face', { data, requestId }))
  const { status, token, reasons } = reply
  return {
    status: String(status),
    token: typeof token === 'string' ? token : undefined,
    advice: (texts) => findAdvice(Array.isArray(reasons) ? reasons : [], texts),
  }
}

/** Submits the PIN. Returns true if it is correct. */
export async function submitPin(
  connection: Connection,
  input: { readonly pin: string; readonly trustDevice: boolean; readonly token: string; readonly requestId: string },
): Promise<boolean> {
  const device = await signDeviceStatement('verify_pin', sessionId, connection.keyPair)
  const { pin, trustDevice, token, requestId } = input
  const data = { pin, isTrustedDevice: trustDevice, deviceId: 'browser', ...(device !== undefined && { device }) }
  return parseData(await connection.call('POST', '/verify_pin', { data, token, requestId }))['isAuthenticated'] === true
}

/** Resumes the PIN step after a reload. Returns its token. */
export function resumePinStep(connection: Connection, requestId: string): Promise<string> {
  return goToPin(connection, 'resume_session', requestId)
}

/** Goes to the PIN step without a face. Returns its token. */
export function skipFace(connection: Connection, requestId: string): Promise<string> {
  return goToPin(connection, 'skip_face', requestId)
}

async function goToPin(
  connection: Connection,
  step: 'resume_session' | 'skip_face',
  requestId: string,
): Promise<string> {
  const device = await signDeviceStatement(step, sessionId, connection.keyPair)
  const data = { sessionId, ...(device !== undefined && { device }) }
  return String(parseData(await connection.call('POST', `/v2/${step}`, { data, requestId }))['token'])
}

/** Records the consent to a version of the privacy notice. */
export async function giveConsent(connection: Connection, version: string, requestId: string): Promise<void> {
  await connection.call('POST', '/v2/give_consent', { data: { sessionId, version }, requestId })
}

/** Ends the session because the user wants to. */
export async function cancelSession(
  connection: Connection,
  reason: 'cancelled' | 'another-way',
  requestId: string,
): Promise<void> {
  await connection.call('POST', '/v2/cancel_session', { data: { sessionId, reason }, requestId })
}

/** The texts of the reasons that the user can act on. */
const advice = {
  no_face: 'no_face',
  multiple_faces: 'multiple_faces',
  too_small: 'too_small',
  too_dark: 'too_dark',
  too_bright: 'too_bright',
  blurred: 'blurred',
  extreme_pose: 'extreme_pose',
  challenge_failed: 'challenge_failed',
  spoof: 'spoof',
  expired: 'tookTooLong',
  pending: 'notReady',
  low_confidence: 'notClear',
  other: 'notClear',
} as const

/** Returns advice for a rejected face. Without a reason the picture was good, and the face another person's. */
function findAdvice(reasons: readonly unknown[], texts: Texts): string {
  for (const [reason, name] of Object.entries(advice)) if (reasons.includes(reason)) return texts[name]
  return texts.notRecognised
}

function parseData(body: unknown): Fields {
  const data = isFields(body) ? body['data'] : undefined
  if (!isFields(data)) throw new Error('The reply has no data')
  return data
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
