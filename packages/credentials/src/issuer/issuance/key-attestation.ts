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
  /** The `kid` members of the keys, in their order. */
  readonly kids: readonly unknown[]
  readonly nonce: string | undefined
}

/** Where a key attestation is: a proof by itself, or in the header of a `jwt` proof. */
type AttestationUse = 'attestation' | 'jwt'

const maxKeys = 100
/** Characters: a proof that carries one may be larger than one that does not. */
export const maxAttestationLength: number = 32 * 1024
/** Clocks of key storages may be off by this, in milliseconds. */
const skewMs = 60_000

/**
 * Verifies a key attestation (OpenID4VCI appendix D.1): its path to a trusted anchor, its times and its keys.
 * @throws BillfoldError `issuance.invalid-proof`
 */
export async function verifyKeyAttestation(
  { services, settings }: IssuerContext,
  text: string,
  use: AttestationUse,
): Promise<AttestedKeys> {
  const { keyAttestation } = settings
  const jws = parseEs256(text, 'key-attestation+jwt', maxAttestationLength)
  if (keyAttestation === undefined || jws === undefined)
    throw wireError('issuance.invalid-proof', 'Key attestations are not accepted here, or this one is malformed')
  const { iat, exp, attested_keys: attested, nonce } = jws.payload
  const now = services.now()
  if (typeof iat !== 'number' || iat * 1000 > now + skewMs)
    throw wireError('issuance.invalid-proof', 'The key attestation has no time, or one in the future')
  // One in a proof may have no nonce, so it must end by itself (appendix D.1).
  const mayLast = exp === undefined && use === 'attestation'
  if (!mayLast && !(typeof exp === 'number' && exp * 1000 > now))
    throw wireError('issuance.invalid-proof', 'The key attestation is expired, or never expires')
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
  if (nonce !== undefined && typeof nonce !== 'string')
    throw wireError('issuance.invalid-proof', 'The nonce of the key attestation is malformed')
  const kids = attested.map((key: unknown) => (isJsonObject(key) ? key['kid'] : undefined))
  return { keys: attested.map(toProvenKey), kids, nonce }
}

function toProvenKey(value: unknown): ProvenKey {
  const jwk = isJsonObject(value) ? toEcJwk(value) : undefined
  if (jwk === undefined || toKeyObject(jwk) === undefined)
    throw wireError('issuance.invalid-proof', 'An attested key is not on P-256')
  return { jwk, thumbprint: computeThumbprint(jwk) }
}
