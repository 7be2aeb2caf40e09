import { createHash, type X509Certificate } from 'node:crypto'
import { parseJws, verifyJws } from '../../formats/jws.ts'
import { Refusal } from '../../formats/refusal.ts'
import { parseX5c, readSubjectName, type VerifiedPath, verifyPath } from '../../trust/index.ts'
import { holderError } from '../holder-error.ts'
import type { HolderContext } from '../settings.ts'
import { type RequestObject, requestObjectSchema, type VerifierName } from './request-schema.ts'

/** A request whose verifier is known. */
export interface AuthenticatedRequest {
  readonly request: RequestObject
  readonly verifier: VerifierName
}

/** The values that a request must repeat from the link that opened it. */
export interface ExpectedRequest {
  readonly clientId?: string
  readonly walletNonce?: string
  /** Where it was fetched. */
  readonly requestUri?: string
}

const walletAudience = 'https://self-issued.me/v2'

/**
 * Authenticates a verifier by its signed request (OpenID4VP 1.0 section 5.9.3): the prefixes `x509_hash` and `x509_san_dns`, with a path
 * to a trusted anchor.
 * @throws BillfoldError `verifier.unauthenticated`, `request.malformed`
 */
export async function authenticateRequest(
  { services, settings }: HolderContext,
  text: string,
  expected: ExpectedRequest,
): Promise<AuthenticatedRequest> {
  const now = services.now()
  const malformed = 'response.malformed'
  try {
    const { header, payload } = parseJws(text, malformed)
    const parsed = requestObjectSchema.safeParse(payload)
    if (!parsed.success) throw holderError('request.malformed', { cause: parsed.error })
    const request = parsed.data
    assertSupportedPrefix(request.client_id)
    const chain = parseX5c(header['x5c'])
    const path = await verifyPath(settings.verifiers, { chain, purpose: 'verifier', now })
    await verifyJws(text, {
      typ: 'oauth-authz-req+jwt',
      resolveKey: () => path.leaf.publicKey,
      refusals: { malformed, signature: malformed, typ: malformed },
    })
    assertClientId(request, path.leaf)
    assertExpected(request, expected, now)
    return { request, verifier: toVerifierName(request, path) }
  } catch (error) {
    if (error instanceof Refusal) throw holderError('verifier.unauthenticated', { cause: error })
    throw error
  }
}

/** The wallet resolves no DIDs, and has no list of verifiers that registered with it. */
function assertSupportedPrefix(clientId: string): void {
  if (/^x509_(?:hash|san_dns):/.test(clientId)) return
  throw holderError('verifier.unauthenticated', {
    message: 'The verifier is known by neither the hash nor a DNS name of a certificate',
  })
}

function assertClientId({ client_id: clientId, response_uri: uri }: RequestObject, leaf: X509Certificate): void {
  const separator = clientId.indexOf(':')
  const [prefix, value] = [clientId.slice(0, separator), clientId.slice(separator + 1)]
  if (prefix === 'x509_hash' && value === createHash('sha256').update(leaf.raw).digest('base64url')) return
  const names = (leaf.subjectAltName ?? '').split(', ')
  const isNamed = prefix === 'x509_san_dns' && names.includes(`DNS:${value}`)
  if (isNamed && (uri === undefined || new URL(uri).hostname === value)) return
  throw holderError('verifier.unauthenticated', { message: 'The client id is not that of the certificate' })
}

/**
 * Checks what ties a request to this wallet and this moment. Its audience is symbolic for a wallet that the verifier does not know
 * (OpenID4VP 1.0 section 5.8). Some verifiers name instead the address that the wallet fetches, which no other request is for either.
 */
function assertExpected(
  { client_id: clientId, wallet_nonce: nonce, aud, exp }: RequestObject,
  expected: ExpectedRequest,
  now: number,
): void {
  const isSame =
    (expected.clientId === undefined || expected.clientId === clientId) &&
    (expected.walletNonce === undefined || expected.walletNonce === nonce) &&
    (aud === undefined || aud === walletAudience || aud === expected.requestUri) &&
    (exp === undefined || exp * 1000 > now)
  if (!isSame) throw holderError('verifier.unauthenticated', { message: 'The request is for another wallet, or old' })
}

/** What the anchor has certified is shown first; what the verifier says of itself in its request is a claim. */
function toVerifierName(
  { client_id: id, client_metadata: metadata }: RequestObject,
  { leaf, anchor }: VerifiedPath,
): VerifierName {
  const name = readSubjectName(leaf) ?? id
  const claimedName = metadata?.client_name
  return {
    id,
    name: anchor.name === undefined ? name : `${name} (${anchor.name})`,
    ...(claimedName !== undefined && { claimedName }),
  }
}
