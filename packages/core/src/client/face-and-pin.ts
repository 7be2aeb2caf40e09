import type { Call, Connection } from './connection.ts'
import { type Fields, fieldsIn, textIn } from './fields.ts'

/** A selfie, or the frames of a challenge, for a session. */
export interface FaceSubmission {
  readonly sessionId: string
  /** Base64 of a JPEG or PNG, with a data-URL prefix or without. */
  readonly selfie?: string
  readonly frames?: readonly unknown[]
  readonly deviceId: string
  readonly cameraIndicator?: Fields
}

/** What became of a face that was submitted. */
export interface FaceResult {
  readonly success: boolean
  readonly sessionId: string
  readonly status: string
  readonly message: string
  readonly pinRequired: boolean
  /** The bearer token for {@link verifyPin}, where a PIN is due. */
  readonly token: string | undefined
}

/** Begins a liveness challenge, or the verifier's own session, for a session: what it says depends on the verifier. */
export async function startLiveness(
  connection: Connection,
  sessionId: string,
  call: Pick<Call, 'requestId' | 'signal'> = {},
): Promise<Fields> {
  return fieldsIn(await connection.call('POST', '/v2/start_liveness', { ...call, data: { sessionId } }), 'data')
}

/** Submits a face. Give each try of the same face the same `requestId`, so that it counts once. */
export async function submitFace(
  connection: Connection,
  submission: FaceSubmission & Fields,
  call: Pick<Call, 'requestId' | 'signal'> = {},
): Promise<FaceResult> {
  const data = fieldsIn(await connection.call('POST', '/v2/submit_face', { ...call, data: submission }), 'data')
  return {
    success: data['success'] === true,
    sessionId: textIn(data, 'sessionId'),
    status: textIn(data, 'status'),
    message: textIn(data, 'message'),
    pinRequired: data['pinRequired'] === true,
    token: typeof data['token'] === 'string' ? data['token'] : undefined,
  }
}

/** Checks the PIN of the user whose face was submitted before. @throws AuthenticationClientError */
export async function verifyPin(
  connection: Connection,
  asked: { readonly pin: string; readonly isTrustedDevice: boolean },
  call: Pick<Call, 'requestId' | 'signal'> & { readonly token: string },
): Promise<boolean> {
  const body = await connection.call('POST', '/verify_pin', { ...call, data: asked })
  return fieldsIn(body, 'data')['isAuthenticated'] === true
}
