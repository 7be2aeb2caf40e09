import { isJsonObject } from '../../formats/json.ts'
import { Refusal } from '../../formats/refusal.ts'
import { parseX5c, verifyPath } from '../../trust/index.ts'
import { computeThumbprint, parseEs256, toEcJwk, toKeyObject, verifyEs256 } from '../oauth/embedded-jws.ts'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'
import type { ProvenKey } from './proven-key.ts'

/** Keys that a key storage has attested. */
export interface AttestedKeys {
  readonly keys: readonly ProvenKey[]
  readonly nonce: string | undefined
}

const maxKeys = 100

/**
 * Verifies a key attestation (OpenID4VCI appendix D.1): its path to a trusted anchor, its times and its keys.
 * @throws BillfoldError `issuance.invalid-proof`
 */
export async function verifyKeyAttestation({ services, settings }: IssuerContext, text: string): Promise<AttestedKeys> {
  const { keyAttestation } = settings
  const jws = parseEs256(text, 'key-attestation+jwt')
  if (keyAttestation === undefined || jws === undefined)
    throw wireError('issuance.invalid-proof', 'Key attestations are not accepted here, or this one is malformed')
  const { iat, exp, attested_keys: attested, nonce } = jws.payload
  const now = services.now()
  if (typeof iat !== 'number' || (exp !== undefined && !(typeof exp === 'number' && exp * 1000 > now)))
    throw wireError('issuance.invalid-proof', 'The key attestation is expired')
  try {
    const chain = parseX5c(jws.header['x5c'])
    const { leaf } = await verifyPath(keyAttestation, { chain, purpose: 'key-attestation', now })
    if (!verifyEs256(text, leaf.publicKey)) throw new Refusal('credential.signature', 'key attestation')
  } catch (error) {
    if (error instanceof Refusal) throw wireError('issuance.invalid-proof', 'The key attestation is not trusted')
    throw error
  }
  if (!Array.isArray(attested) || attested.length === 0 || attested.length > maxKeys)
    throw wireError('issuance.invalid-proof', 'The key attestation has no keys')
  return { keys: attested.map(toProvenKey), nonce: typeof nonce === 'string' ? nonce : undefined }
}

function toProvenKey(value: unknown): ProvenKey {
  const jwk = isJsonObject(value) ? toEcJwk(value) : undefined
  if (jwk === undefined || toKeyObject(jwk) === undefined)
    throw wireError('issuance.invalid-proof', 'An attested key is not on P-256')
  return { jwk, thumbprint: computeThumbprint(jwk) }
}
