import type { Call, Connection } from './connection.ts'
import { type Fields, fieldsIn, textIn } from './fields.ts'

/** A selfie, or the frames of a liveness challenge, for a session. */
export interface FaceSubmission {
  readonly sessionId: string
  /** A JPEG or PNG in base64, with or without a data-URL prefix. */
  readonly selfie?: string
  readonly frames?: readonly unknown[]
  readonly deviceId: string
  readonly cameraIndicator?: Fields
}

/** The result of {@link submitFaceCapture}. */
export interface FaceResult {
  readonly success: boolean
  readonly sessionId: string
  readonly status: string
  readonly message: string
  readonly pinRequired: boolean
  /** The bearer token for {@link verifyPin} if a PIN is required. */
  readonly token: string | undefined
}

/**
 * Starts a liveness challenge for a session. The reply depends on the biometric verifier.
 *
 * @throws AuthenticationClientError if the server rejects the call
 */
export async function startLiveness(
  connection: Connection,
  sessionId: string,
  call: Pick<Call, 'requestId' | 'signal'> = {},
): Promise<Fields> {
  return fieldsIn(await connection.call('POST', '/v2/start_liveness', { ...call, data: { sessionId } }), 'data')
}

/**
 * Submits a face capture. Use the same `requestId` for all retries of a capture, so that it counts once.
 *
 * @throws AuthenticationClientError if the server rejects the call
 */
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

/**
 * Verifies the PIN of the user whose face was submitted. Returns true if it is correct.
 *
 * @throws AuthenticationClientError if the server rejects the call
 */
export async function verifyPin(
  connection: Connection,
  input: { readonly pin: string; readonly isTrustedDevice: boolean },
  call: Pick<Call, 'requestId' | 'signal'> & { readonly token: string },
): Promise<boolean> {
  const body = await connection.call('POST', '/verify_pin', { ...call, data: input })
  return fieldsIn(body, 'data')['isAuthenticated'] === true
}
