import type { JsonObject } from '../../formats/json.ts'
import { computeThumbprint, parseEs256, toEcJwk, toKeyObject, verifyEs256 } from '../oauth/embedded-jws.ts'
import { nonceLifetimeMs } from '../oauth/server-nonces.ts'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'
import { type AttestedKeys, maxAttestationLength, verifyKeyAttestation } from './key-attestation.ts'
import type { ProvenKey } from './proven-key.ts'

/** A verified proof of the type `jwt`. */
export interface JwtProof {
  /** Its own key; with a key attestation all attested keys. */
  readonly keys: readonly ProvenKey[]
  /** The nonces of the proof and of its key attestation, which are not checked yet. */
  readonly nonces: readonly string[]
  readonly isAttested: boolean
}

/** Clocks of wallets may be off by this, in milliseconds. */
const skewMs = 60_000

/**
 * Verifies a proof of the type `jwt` (OpenID4VCI appendix F.1). A `key_attestation` in its header counts where key attestations are
 * trusted; then the proof must be signed by an attested key, and proves all of them. Elsewhere it is ignored, as any unknown header.
 * @throws BillfoldError `issuance.invalid-proof`
 */
export async function verifyJwtProof(context: IssuerContext, text: string): Promise<JwtProof> {
  const jws = parseEs256(text, 'openid4vci-proof+jwt', maxAttestationLength)
  if (jws === undefined) throw wireError('issuance.invalid-proof', 'A proof is malformed')
  const attestation = context.settings.keyAttestation === undefined ? undefined : jws.header['key_attestation']
  if (attestation !== undefined && typeof attestation !== 'string')
    throw wireError('issuance.invalid-proof', 'The key attestation of a proof is malformed')
  const attested = attestation === undefined ? undefined : await verifyKeyAttestation(context, attestation, 'jwt')
  const signing = findSigningKey(jws.header, attested)
  const key = signing === undefined ? undefined : toKeyObject(signing.jwk)
  if (signing === undefined || key === undefined || !verifyEs256(text, key))
    throw wireError('issuance.invalid-proof', 'A proof has no valid signature')
  const nonce = verifyClaims(context, jws.payload)
  return {
    keys: attested?.keys ?? [signing],
    nonces: attested?.nonce === undefined ? [nonce] : [nonce, attested.nonce],
    isAttested: attested !== undefined,
  }
}

/** Exactly one way to name the key: `jwk`, or `kid` for an attested key, by the id or the position that it has there. */
function findSigningKey(header: JsonObject, attested: AttestedKeys | undefined): ProvenKey | undefined {
  if ('x5c' in header || ('kid' in header && 'jwk' in header))
    throw wireError('issuance.invalid-proof', 'A proof names its key twice')
  if (!('kid' in header)) {
    const jwk = toEcJwk(header['jwk'])
    if (jwk === undefined) return undefined
    const thumbprint = computeThumbprint(jwk)
    if (attested?.keys.every((key) => key.thumbprint !== thumbprint) === true)
      throw wireError('issuance.invalid-proof', 'The key of a proof is not an attested one')
    return { jwk, thumbprint }
  }
  const { kid } = header
  if (attested === undefined || typeof kid !== 'string') return undefined
  const byId = attested.kids.indexOf(kid)
  return attested.keys[byId === -1 && /^\d{1,3}$/.test(kid) ? Number(kid) : byId]
}

/** @returns the nonce */
function verifyClaims({ services, settings }: IssuerContext, { aud, iat, nonce }: JsonObject): string {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (audiences.length !== 1 || audiences[0] !== settings.publicUrl)
    throw wireError('issuance.invalid-proof', 'A proof is for another issuer')
  const now = services.now()
  if (typeof iat !== 'number' || iat * 1000 > now + skewMs || iat * 1000 < now - nonceLifetimeMs - skewMs)
    throw wireError('issuance.invalid-proof', 'A proof is too old or from the future')
  if (typeof nonce !== 'string') throw wireError('issuance.invalid-proof', 'A proof has no nonce')
  return nonce
}
