import { CompactEncrypt, importJWK } from 'jose'
import { z } from 'zod'
import { computeThumbprint, toEcJwk, toKeyObject } from '../../issuer/oauth/embedded-jws.ts'
import type { EcJwk } from '../../formats/keys.ts'
import { isLoopback, isRedirectUri } from '../../redirect-uri.ts'
import { holderError } from '../holder-error.ts'
import { toJson } from '../receive/fetch-json.ts'
import type { HolderSettings } from '../settings.ts'
import type { WalletResponse } from '../wallet-http.ts'
import type { RequestObject } from './request-schema.ts'

/** The key that a response is encrypted to. */
export interface ResponseKey {
  readonly jwk: EcJwk
  readonly kid: string | undefined
  readonly enc: 'A128GCM' | 'A256GCM'
  /** RFC 7638, which an mdoc is bound to. */
  readonly thumbprint: string
}

/**
 * Finds the key that the response is encrypted to; undefined if it is not (OpenID4VP 1.0 section 8.3).
 * @throws BillfoldError `request.malformed`
 */
export function findResponseKey({
  response_mode: mode,
  client_metadata: metadata,
}: RequestObject): ResponseKey | undefined {
  if (!mode.endsWith('.jwt')) return undefined
  for (const candidate of metadata?.jwks?.keys ?? []) {
    const jwk = toEcJwk(candidate)
    if (jwk === undefined || candidate.alg !== 'ECDH-ES' || toKeyObject(jwk) === undefined) continue
    const supported = metadata?.encrypted_response_enc_values_supported ?? ['A128GCM']
    const enc = (['A256GCM', 'A128GCM'] as const).find((one) => supported.includes(one))
    if (enc !== undefined) return { jwk, kid: candidate.kid, enc, thumbprint: computeThumbprint(jwk) }
  }
  throw holderError('request.malformed', { message: 'The request has no key that a response can be encrypted to' })
}

/** Encrypts a response. */
export async function encryptResponse({ jwk, kid, enc }: ResponseKey, response: object): Promise<string> {
  const key = await importJWK({ ...jwk, alg: 'ECDH-ES' }, 'ECDH-ES')
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(response)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc, ...(kid !== undefined && { kid }) })
    .encrypt(key)
}

const replySchema = z.object({ redirect_uri: z.url().max(2048).optional() })

/** Sends a response to the verifier. @throws BillfoldError `verifier.unreachable`, `verifier.refused` */
export async function postResponse(
  { settings }: { readonly settings: Pick<HolderSettings, 'http'> },
  url: string,
  form: Readonly<Record<string, string>>,
): Promise<{ readonly redirectUri?: string }> {
  let response: WalletResponse
  try {
    response = await settings.http({
      url,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    })
  } catch (cause) {
    throw holderError('verifier.unreachable', { cause })
  }
  if (response.status !== 200) throw holderError('verifier.refused')
  const parsed = replySchema.safeParse(toJson(response.body))
  const redirectUri = parsed.success ? parsed.data.redirect_uri : undefined
  if (redirectUri === undefined) return {}
  // The host sends its user there: no script, no file. The response code may be in the fragment (OpenID4VP 1.0 section 8.2).
  const [page = ''] = redirectUri.split('#', 1)
  // On this computer the verifier and its pages have no TLS.
  const isSameOrigin = isLoopback(new URL(url)) && new URL(redirectUri).origin === new URL(url).origin
  return isRedirectUri(page) || isSameOrigin ? { redirectUri } : {}
}
