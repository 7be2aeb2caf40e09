import type { ClientCall, Connection } from './connection.ts'
import { type JsonObject, getJsonObject, getString } from './json-object.ts'

/** A selfie, or the frames of a liveness challenge, for a session. */
export interface FaceCapture {
  readonly sessionId: string
  /** A JPEG or PNG in base64, with or without a data-URL prefix. */
  readonly selfie?: string
  readonly frames?: readonly unknown[]
  readonly deviceId: string
  readonly cameraIndicator?: JsonObject
}

/** The result of {@link submitFaceCapture}. */
export interface FaceCaptureResult {
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
export async function requestLivenessChallenge(
  connection: Connection,
  sessionId: string,
  call: Pick<ClientCall, 'requestId' | 'signal'> = {},
): Promise<JsonObject> {
  return getJsonObject(await connection.call('POST', '/v2/start_liveness', { ...call, data: { sessionId } }), 'data')
}

/**
 * Submits a face capture. Use the same `requestId` for all retries of a capture, so that it counts once.
 *
 * @throws AuthenticationClientError if the server rejects the call
 */
export async function submitFaceCapture(
  connection: Connection,
  submission: FaceCapture & JsonObject,
  call: Pick<ClientCall, 'requestId' | 'signal'> = {},
): Promise<FaceCaptureResult> {
  const body = await connection.call('POST', '/v2/submit_face', { ...call, data: submission })
  return toFaceCaptureResult(getJsonObject(body, 'data'))
}

/** Reads the result of a step that begins a session. @throws AuthenticationClientError */
export function toFaceCaptureResult(data: JsonObject): FaceCaptureResult {
  return {
    success: data['success'] === true,
    sessionId: getString(data, 'sessionId'),
    status: getString(data, 'status'),
    message: getString(data, 'message'),
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
  call: Pick<ClientCall, 'requestId' | 'signal'> & { readonly token: string },
): Promise<boolean> {
  const body = await connection.call('POST', '/verify_pin', { ...call, data: input })
  return getJsonObject(body, 'data')['isAuthenticated'] === true
}
