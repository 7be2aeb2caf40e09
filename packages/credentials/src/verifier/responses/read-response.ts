import { createPrivateKey } from 'node:crypto'
import { timingSafeEqual } from '@billfold/core/crypto'
import { compactDecrypt } from 'jose'
import { isJsonObject, type JsonObject, parseJsonObject } from '../../formats/json.ts'
import { Refusal } from '../../formats/refusal.ts'
import type { RequestBody } from '../requests/request-body.ts'

/** A response of a wallet: presentations, or an error. */
export type WalletResponse =
  | { readonly kind: 'presentations'; readonly vpToken: unknown }
  | { readonly kind: 'error'; readonly error: string }

/**
 * Reads a response (OpenID4VP 1.0 section 8): decrypts it, and compares the state.
 * @returns undefined for a response that changes nothing: it does not decrypt, has another state, or is not encrypted though it was
 *   to be
 */
export async function readResponse(body: RequestBody, parameters: JsonObject): Promise<WalletResponse | undefined> {
  const isEncrypted = typeof parameters['response'] === 'string'
  const response = isEncrypted ? await decryptResponse(body, String(parameters['response'])) : parameters
  if (response === undefined || !hasState(body, response)) return undefined
  const { error, vp_token: vpToken } = response
  if (typeof error === 'string') return { kind: 'error', error: toErrorCode(error) }
  if (body.isEncrypted && !isEncrypted) return undefined
  return { kind: 'presentations', vpToken: typeof vpToken === 'string' ? parseVpToken(vpToken) : vpToken }
}

async function decryptResponse({ privateKey }: RequestBody, response: string): Promise<JsonObject | undefined> {
  try {
    const { plaintext } = await compactDecrypt(response, createPrivateKey({ key: privateKey, format: 'jwk' }), {
      keyManagementAlgorithms: ['ECDH-ES'],
      contentEncryptionAlgorithms: ['A128GCM', 'A256GCM'],
    })
    return parseJsonObject(plaintext)
  } catch {
    return undefined
  }
}

/** Over the Digital Credentials API there is no state: the origin and the key bind the response. */
function hasState({ state, origin }: RequestBody, response: JsonObject): boolean {
  if (origin !== undefined) return true
  const presented = response['state']
  return typeof presented === 'string' && timingSafeEqual(presented, state)
}

function parseVpToken(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch {
    // Refused below.
  }
  throw new Refusal('response.malformed', 'vp_token is no JSON object')
}

/** The error codes of section 8.5; anything else is not repeated to the host. */
function toErrorCode(error: string): string {
  return /^[a-z_]{1,64}$/.test(error) ? error : 'invalid_request'
}
