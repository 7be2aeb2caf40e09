import type { DcqlCredential } from '../../dcql/dcql-query.ts'
import { chooseClaims, isRequestedType, listOverDisclosed } from '../../dcql/match-credential.ts'
import type { ClaimPath } from '../../formats/claim-path.ts'
import { isJsonObject, type JsonObject } from '../../formats/json.ts'
import { verifyDeviceResponse } from '../../formats/mdoc/device-response.ts'
import { openid4vpTranscript, type SessionTranscript } from '../../formats/mdoc/session-transcript.ts'
import { Refusal } from '../../formats/refusal.ts'
import { verifyKeyBinding } from '../../formats/sd-jwt/key-binding.ts'
import { type VerifiedSdJwt, verifySdJwt } from '../../formats/sd-jwt/verify-sd-jwt.ts'
import { parseX5c, type VerifiedPath, verifyPath } from '../../trust/certificate-path.ts'
import type { VerifierSettings } from '../options.ts'
import type { RequestBody } from '../requests/request-body.ts'
import { toResponseUri } from '../requests/request-object.ts'

/** A presented credential that has been verified, its status aside. */
export interface PresentedCredential {
  readonly type: string
  /** Claims; of an mdoc by namespace. */
  readonly claims: JsonObject
  readonly disclosed: readonly ClaimPath[]
  readonly path: VerifiedPath
  readonly status: { readonly uri: string; readonly index: number } | undefined
  /** In epoch milliseconds; undefined if it does not say. */
  readonly validUntil: number | undefined
}

/** Extended key usage of a document signer (ISO/IEC 18013-5 table B.3). */
const documentSignerUsages = ['1.0.18013.5.1.2'] as const

/** What the verification of one credential needs. */
export interface CredentialExpectation {
  readonly settings: VerifierSettings
  readonly body: RequestBody
  readonly query: DcqlCredential
  /** In epoch milliseconds. */
  readonly now: number
}

/**
 * Verifies one presentation: path, signature, type, times, disclosures, holder binding, and the query.
 * @throws Refusal
 */
export async function verifyCredential(text: string, expectation: CredentialExpectation): Promise<PresentedCredential> {
  const { query, settings } = expectation
  const credential =
    query.format === 'dc+sd-jwt' ? await verifySdJwtCredential(text, expectation) : await verifyMdoc(text, expectation)
  const { type, claims, disclosed } = credential
  if (!isRequestedType(query, { format: query.format, type })) throw new Refusal('credential.type', 'another type')
  if (chooseClaims(query, { claims }) === undefined)
    throw new Refusal('query.missing', 'a claim is missing, or has another value')
  if (settings.overDisclosure === 'refuse' && listOverDisclosed(query.claims ?? [], disclosed).length > 0)
    throw new Refusal('query.over-disclosed', 'claims were disclosed that nobody asked for')
  return credential
}

async function verifySdJwtCredential(text: string, expectation: CredentialExpectation): Promise<PresentedCredential> {
  const { settings, body, query, now } = expectation
  let path: VerifiedPath | undefined
  const verified = await verifySdJwt(text, {
    now,
    resolveKey: async ({ x5c }, { vct }) => {
      const type = typeof vct === 'string' ? vct : undefined
      path = await verifyPath(settings.issuers, { chain: parseX5c(x5c), purpose: 'issuer', type, now })
      return path.leaf.publicKey
    },
  })
  if (path === undefined) throw new Refusal('credential.issuer', 'the issuer is not known')
  if (!isRequestedType(query, { format: 'dc+sd-jwt', type: verified.vct }))
    throw new Refusal('credential.type', 'another type')
  await verifyBinding(verified, expectation, body)
  const { exp } = verified.payload
  return {
    type: verified.vct,
    claims: verified.claims,
    disclosed: verified.disclosed,
    path,
    status: readStatus(verified.payload['status']),
    validUntil: typeof exp === 'number' ? exp * 1000 : undefined,
  }
}

async function verifyBinding(
  verified: VerifiedSdJwt,
  { query, now }: CredentialExpectation,
  { nonce, clientId, origin, transactionData }: RequestBody,
): Promise<void> {
  if (query.require_cryptographic_holder_binding === false && verified.keyBinding === undefined) return
  const bound = transactionData.filter(({ credentialIds }) => credentialIds.includes(query.id))
  await verifyKeyBinding(verified, {
    nonce,
    now,
    audience: origin === undefined ? clientId : `origin:${origin}`,
    transactionData: bound.map(({ encoded }) => encoded),
  })
}

/** The status claim (Token Status List section 6.2). Another mechanism than a list cannot be checked, so it is refused. */
function readStatus(status: unknown): PresentedCredential['status'] {
  if (status === undefined) return undefined
  const list = isJsonObject(status) ? status['status_list'] : undefined
  if (!isJsonObject(list)) throw new Refusal('credential.malformed', 'the status mechanism is not known')
  const { uri, idx } = list
  if (typeof uri !== 'string' || typeof idx !== 'number' || !Number.isSafeInteger(idx) || idx < 0)
    throw new Refusal('credential.malformed', 'the status is no place in a list')
  return { uri, index: idx }
}

async function verifyMdoc(
  text: string,
  { settings, body, query, now }: CredentialExpectation,
): Promise<PresentedCredential> {
  let path: VerifiedPath | undefined
  const verified = await verifyDeviceResponse(text, {
    now,
    transcript: toTranscript(settings, body),
    ...(query.format === 'mso_mdoc' && { docType: query.meta.doctype_value }),
    resolvePath: async (chain, type) => {
      const input = { chain, purpose: 'issuer', type, now, extendedKeyUsage: documentSignerUsages } as const
      path = await verifyPath(settings.issuers, input)
      return path.leaf
    },
  })
  if (path === undefined) throw new Refusal('credential.issuer', 'the issuer is not known')
  const disclosed = Object.entries(verified.claims).flatMap(([nameSpace, elements]) =>
    Object.keys(elements).map((element) => [nameSpace, element]),
  )
  const { docType: type, claims, status, validity } = verified
  return { type, claims, disclosed, path, status, validUntil: validity.validUntil }
}

function toTranscript(settings: VerifierSettings, body: RequestBody): SessionTranscript {
  const { nonce, clientId, origin, thumbprint, isEncrypted } = body
  const jwkThumbprint = isEncrypted ? Buffer.from(thumbprint, 'base64url') : undefined
  if (origin !== undefined) return openid4vpTranscript({ origin, nonce, jwkThumbprint })
  return openid4vpTranscript({ clientId, nonce, jwkThumbprint, responseUri: toResponseUri(settings, body) })
}
