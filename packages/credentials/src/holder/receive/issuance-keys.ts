import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { signJws } from '../../formats/jws.ts'
import type { HolderKey } from '../../formats/keys.ts'
import { x5cOf } from '../../trust/signer-key.ts'
import { toHolderKey } from '../secrets/derive-key.ts'
import type { HolderContext } from '../settings.ts'

/** The keys of one issuance: new for each, so that no two issuers see the same. Scalars, base64url. */
export interface IssuanceKeys {
  readonly dpop: string
  readonly attestation: string
}

/** Draws the keys of an issuance. */
export function createIssuanceKeys(): IssuanceKeys {
  return { dpop: createScalar(), attestation: createScalar() }
}

/** A scalar below the order of P-256 and not 0: its first byte is not 255. */
function createScalar(): string {
  const bytes = randomBytes(32)
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  bytes[31] = (bytes[31] ?? 0) | 1
  return bytes.toString('base64url')
}

/** Imports a key of an issuance. */
export function importIssuanceKey(scalar: string): HolderKey {
  return toHolderKey(Buffer.from(scalar, 'base64url'))
}

/** A request that is proven by DPoP. */
export interface DpopTarget {
  readonly url: string
  readonly accessToken?: string
  readonly nonce?: string | undefined
}

/** Signs a DPoP proof (RFC 9449 section 4.2). */
export function signDpopProof(
  { services }: HolderContext,
  key: HolderKey,
  { url, accessToken, nonce }: DpopTarget,
): Promise<string> {
  const ath = accessToken === undefined ? undefined : createHash('sha256').update(accessToken).digest('base64url')
  const { origin, pathname } = new URL(url)
  const payload = {
    jti: randomUUID(),
    htm: 'POST',
    htu: `${origin}${pathname === '/' ? '' : pathname}`,
    iat: Math.floor(services.now() / 1000),
    ...(ath !== undefined && { ath }),
    ...(nonce !== undefined && { nonce }),
  }
  return signJws(key, { typ: 'dpop+jwt', jwk: key.publicKey }, payload)
}

const attestationSeconds = 24 * 60 * 60

/**
 * Creates the headers that authenticate the wallet to an issuer: an attestation, good for a day, whose subject is the product, and the
 * proof of its key (attestation-based client authentication, draft 07).
 */
export async function createAttestationHeaders(
  { services, settings }: HolderContext,
  key: HolderKey,
  audience: string,
): Promise<Readonly<Record<string, string>>> {
  const { walletProvider } = settings
  if (walletProvider === undefined) return {}
  const { signer, clientId } = walletProvider
  const now = Math.floor(services.now() / 1000)
  const attestation = await signJws(
    signer,
    { typ: 'oauth-client-attestation+jwt', x5c: x5cOf(signer) },
    { sub: clientId, iat: now, exp: now + attestationSeconds, cnf: { jwk: key.publicKey } },
  )
  const proof = await signJws(
    key,
    { typ: 'oauth-client-attestation-pop+jwt' },
    { iss: clientId, aud: audience, jti: randomUUID(), iat: now },
  )
  return { 'oauth-client-attestation': attestation, 'oauth-client-attestation-pop': proof }
}

/** For whom a key is proven. */
export interface KeyProofTarget {
  readonly issuer: string
  readonly nonce: string | undefined
  /** The `client_id` of the authorization request; undefined after anonymous access with a pre-authorized code. */
  readonly clientId: string | undefined
}

/** Signs a key proof for an instance (OpenID4VCI appendix F.1). Issuers with an authorization page may ask for `iss`. */
export function signKeyProof(
  { services }: HolderContext,
  key: HolderKey,
  { issuer, nonce, clientId }: KeyProofTarget,
): Promise<string> {
  const payload = {
    ...(clientId !== undefined && { iss: clientId }),
    aud: issuer,
    iat: Math.floor(services.now() / 1000),
    ...(nonce !== undefined && { nonce }),
  }
  return signJws(key, { typ: 'openid4vci-proof+jwt', jwk: key.publicKey }, payload)
}
