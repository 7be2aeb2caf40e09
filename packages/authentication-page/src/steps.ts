import type { Connection } from '@billfold/core/client'
import { deviceProof } from './device.ts'
import { sessionId } from './settings.ts'
import type { Texts } from './texts.ts'

const challengeSteps = ['turn_left', 'turn_right', 'open_mouth'] as const

/** What the person is asked to do. */
export type ChallengeStep = (typeof challengeSteps)[number]

/** What was taken with the camera. */
export interface Taken {
  readonly selfie?: string
  readonly frames?: readonly string[]
  readonly cameraIndicator: Readonly<Record<string, string | number>>
}

/** What the server says of it. */
export interface Checked {
  readonly status: string
  readonly token: string | undefined
  /** What the person can do better. */
  readonly advice: (texts: Texts) => string
}

type Fields = Readonly<Record<string, unknown>>

/** Has the server think of a challenge. */
export async function startLiveness(connection: Connection, session: string): Promise<ChallengeStep[]> {
  const { client } = dataOf(await connection.call('POST', '/v2/start_liveness', { data: { sessionId: session } }))
  const steps = isFields(client) ? client['steps'] : undefined
  if (!Array.isArray(steps)) throw new Error('The challenge is none that this page knows')
  return steps.map((step: unknown) => {
    const known = challengeSteps.find((name) => name === step)
    if (known === undefined) throw new Error('The challenge has a step that this page does not know')
    return known
  })
}

/** Submits what was taken. */
export async function submit(connection: Connection, taken: Taken, requestId: string): Promise<Checked> {
  const device = await deviceProof('submit_face', sessionId, connection.keyPair)
  const data = { sessionId, deviceId: 'browser', ...taken, ...(device !== undefined && { device }) }
  const answer = dataOf(await connection.call('POST', '/v2/submit_face', { data, requestId }))
  const { status, token, reasons } = answer
  return {
    status: String(status),
    token: typeof token === 'string' ? token : undefined,
    advice: (texts) => adviceIn(Array.isArray(reasons) ? reasons : [], texts),
  }
}

/** Whether the PIN was right. */
export async function verifyPin(
  connection: Connection,
  asked: { readonly pin: string; readonly trust: boolean; readonly token: string; readonly requestId: string },
): Promise<boolean> {
  const device = await deviceProof('verify_pin', sessionId, connection.keyPair)
  const { pin, trust, token, requestId } = asked
  const data = { pin, isTrustedDevice: trust, deviceId: 'browser', ...(device !== undefined && { device }) }
  return dataOf(await connection.call('POST', '/verify_pin', { data, token, requestId }))['isAuthenticated'] === true
}

const told = [
  'no_face',
  'multiple_faces',
  'too_small',
  'too_dark',
  'too_bright',
  'blurred',
  'extreme_pose',
  'challenge_failed',
] as const

function adviceIn(reasons: readonly unknown[], texts: Texts): string {
  const known = told.find((reason) => reasons.includes(reason))
  return known === undefined ? texts.notClear : texts[known]
}

function dataOf(body: unknown): Fields {
  const data = isFields(body) ? body['data'] : undefined
  if (!isFields(data)) throw new Error('The server answered something else')
  return data
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
