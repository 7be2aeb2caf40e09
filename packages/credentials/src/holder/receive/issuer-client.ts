import { z } from 'zod'
import { holderError } from '../holder-error.ts'
import type { HolderContext } from '../settings.ts'
import type { WalletResponse } from '../wallet-http.ts'
import { parseReply, sendToIssuer, toJson } from './fetch-json.ts'
import { createAttestationHeaders, importIssuanceKey, type IssuanceKeys, signDpopProof } from './issuance-keys.ts'
import type { ResolvedOffer } from './offer-schema.ts'

const tokenSchema = z.object({
  access_token: z.string().min(1).max(16_384),
  token_type: z.string().max(32),
  expires_in: z.number().optional(),
  refresh_token: z.string().max(16_384).optional(),
  authorization_details: z
    .array(
      z.looseObject({
        credential_configuration_id: z.string().max(256),
        credential_identifiers: z.array(z.string().max(256)).min(1).max(100).optional(),
      }),
    )
    .max(100)
    .optional(),
})

/** The tokens of an issuance. */
export type IssuanceTokens = z.output<typeof tokenSchema>

const errorSchema = z.object({ error: z.string().max(128).catch('') })

/** Does the issuer's server ask for a wallet attestation? */
export function needsAttestation({ server }: Pick<ResolvedOffer, 'server'>): boolean {
  const methods = server.token_endpoint_auth_methods_supported ?? ['none']
  return methods.includes('attest_jwt_client_auth') && !methods.includes('none')
}

/**
 * Sends a form to the authorization server, with DPoP and, where it is asked for, an attestation. A nonce that the server demands is
 * used at once (RFC 9449 section 8).
 * @throws BillfoldError `issuer.unreachable`, `issuer.refused`
 */
export async function postForm(
  context: HolderContext,
  resolved: Pick<ResolvedOffer, 'server'>,
  keys: IssuanceKeys,
  url: string,
  form: Readonly<Record<string, string>>,
): Promise<WalletResponse> {
  const attested = needsAttestation(resolved)
  const key = importIssuanceKey(keys.dpop)
  const send = async (nonce?: string): Promise<WalletResponse> =>
    sendToIssuer(context, {
      url,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        dpop: await signDpopProof(context, key, { url, nonce }),
        ...(attested &&
          (await createAttestationHeaders(context, importIssuanceKey(keys.attestation), resolved.server.issuer))),
      },
      body: new URLSearchParams(form).toString(),
    })
  return withDpopNonce(send)
}

/** Requests tokens. @throws BillfoldError `issuer.unreachable`, `issuer.refused` */
export async function requestTokens(
  context: HolderContext,
  resolved: Pick<ResolvedOffer, 'server'>,
  keys: IssuanceKeys,
  form: Readonly<Record<string, string>>,
): Promise<IssuanceTokens> {
  const response = await postForm(context, resolved, keys, resolved.server.token_endpoint, form)
  if (response.status !== 200) throw refusedBy(response)
  return parseReply(response.body, tokenSchema)
}

/** Sends JSON with an access token. @throws BillfoldError `issuer.unreachable` */
export async function postWithToken(
  context: HolderContext,
  { access_token: accessToken, token_type: type }: Pick<IssuanceTokens, 'access_token' | 'token_type'>,
  keys: IssuanceKeys,
  url: string,
  json: unknown,
): Promise<WalletResponse> {
  const isBound = type.toLowerCase() === 'dpop'
  const key = importIssuanceKey(keys.dpop)
  return withDpopNonce(async (nonce) =>
    sendToIssuer(context, {
      url,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        authorization: `${isBound ? 'DPoP' : 'Bearer'} ${accessToken}`,
        ...(isBound && { dpop: await signDpopProof(context, key, { url, accessToken, nonce }) }),
      },
      body: JSON.stringify(json),
    }),
  )
}

async function withDpopNonce(send: (nonce?: string) => Promise<WalletResponse>): Promise<WalletResponse> {
  const first = await send()
  const nonce = first.headers['dpop-nonce']
  if (typeof nonce !== 'string' || errorOf(first) !== 'use_dpop_nonce') return first
  return send(nonce)
}

/** The error code of a reply; empty if there is none. */
export function errorOf({ status, body }: WalletResponse): string {
  if (status < 400) return ''
  const parsed = errorSchema.safeParse(toJson(body))
  return parsed.success ? parsed.data.error : ''
}

/** The error for a refusal of the issuer, with its code if it is one. */
export function refusedBy(response: WalletResponse) {
  const code = errorOf(response)
  const isCode = /^[a-z_]{1,64}$/.test(code)
  return holderError('issuer.refused', { message: isCode ? `The issuer refused: ${code}` : 'The issuer refused' })
}

const nonceSchema = z.object({ c_nonce: z.string().min(1).max(1024) })

/** Fetches a nonce for key proofs; undefined if the issuer has none. @throws BillfoldError `issuer.unreachable` */
export async function fetchNonce(context: HolderContext, url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined
  const response = await sendToIssuer(context, { url, method: 'POST', headers: { accept: 'application/json' } })
  if (response.status !== 200) throw holderError('issuer.unreachable', { cause: `nonce: ${response.status}` })
  return parseReply(response.body, nonceSchema).c_nonce
}
