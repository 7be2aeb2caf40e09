import type { ClientCall, Connection } from './connection.ts'
import { type FaceCaptureResult, toFaceCaptureResult } from './face-and-pin.ts'
import { getJsonObject, type JsonObject } from './json-object.ts'

/** An assertion of a passkey for a session. */
export interface PasskeySubmission {
  readonly sessionId: string
  /** `passkey` of what `usePasskey` returns. */
  readonly passkey: JsonObject
}

/** The result of {@link submitPasskey}. */
export interface PasskeyStepResult extends FaceCaptureResult {
  /** Why the passkey was refused, in one word; `unknown` if the server does not know it. Empty if it was accepted. */
  readonly reasons: readonly string[]
}

/**
 * Starts a sign-in with a passkey in a session. Returns the options for `usePasskey`:
 * `PublicKeyCredentialRequestOptionsJSON`.
 *
 * @throws AuthenticationClientError if the server rejects the call, for example because the session offers no passkey
 */
export async function requestPasskeyOptions(
  connection: Connection,
  sessionId: string,
  call: Pick<ClientCall, 'requestId' | 'signal'> = {},
): Promise<JsonObject> {
  const body = await connection.call('POST', '/v2/start_passkey', { ...call, data: { sessionId } })
  return getJsonObject(getJsonObject(body, 'data'), 'options')
}

/**
 * Submits the assertion of a passkey. Use the same `requestId` for all retries of an assertion, so that it counts once.
 *
 * @throws AuthenticationClientError if the server rejects the call
 *
 * @example
 * ```ts
 * import { type Connection, type PasskeyBrowser, requestPasskeyOptions, submitPasskey, usePasskey } from '@billfold/core/client'
 *
 * // In a page: signIn(connection, navigator.credentials, sessionId)
 * export async function signIn(connection: Connection, credentials: PasskeyBrowser, sessionId: string) {
 *   const { passkey } = await usePasskey(credentials, await requestPasskeyOptions(connection, sessionId))
 *   const { status, token } = await submitPasskey(connection, { sessionId, passkey })
 *   return { isSignedIn: status === 'success', pinToken: token }
 * }
 * ```
 */
export async function submitPasskey(
  connection: Connection,
  submission: PasskeySubmission & JsonObject,
  call: Pick<ClientCall, 'requestId' | 'signal'> = {},
): Promise<PasskeyStepResult> {
  const data = getJsonObject(await connection.call('POST', '/v2/submit_passkey', { ...call, data: submission }), 'data')
  const { reasons } = data
  return { ...toFaceCaptureResult(data), reasons: Array.isArray(reasons) ? reasons.map(String) : [] }
}
