import { z } from 'zod'
import type { CommitStep } from '../../commit-steps.ts'
import { verifyEmbeddedJws } from '../oauth/embedded-jws.ts'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'
import { nonceLifetimeMs } from '../oauth/server-nonces.ts'
import { verifyKeyAttestation } from './key-attestation.ts'
import type { ProvenKey } from './proven-key.ts'

/** The keys of a request, and the writes that use their nonces up. */
export interface ProvenKeys {
  readonly keys: readonly ProvenKey[]
  readonly steps: readonly CommitStep[]
}

const jws = z.string().max(32 * 1024)

/** The proofs of a credential request (OpenID4VCI section 8.2.1): one kind, and of `attestation` one. */
export const proofsSchema = z.union([
  z.strictObject({ jwt: z.array(jws).min(1).max(100) }),
  z.strictObject({ attestation: z.array(jws).length(1) }),
])

/** Clocks of wallets may be off by this, in milliseconds. */
const skewMs = 60_000

/**
 * Verifies the proofs of a credential request (OpenID4VCI section 8.2.1 and appendix F). Writes nothing.
 *
 * @param max the largest number of keys
 * @throws BillfoldError `issuance.invalid-proof`, `issuance.invalid-nonce`
 */
export async function verifyKeyProofs(context: IssuerContext, proofs: unknown, max: number): Promise<ProvenKeys> {
  const parsed = proofsSchema.safeParse(proofs)
  if (!parsed.success) throw wireError('issuance.invalid-proof', 'Exactly one kind of proofs is required')
  const proven: ProvenKey[] = []
  const nonces = new Set<string>()
  if ('attestation' in parsed.data) {
    const [text = ''] = parsed.data.attestation
    const attested = await verifyKeyAttestation(context, text)
    if (attested.nonce === undefined) throw wireError('issuance.invalid-proof', 'The key attestation has no nonce')
    nonces.add(attested.nonce)
    proven.push(...attested.keys)
  } else {
    if (parsed.data.jwt.length > max) throw wireError('issuance.invalid-proof', 'There are too many proofs')
    for (const text of parsed.data.jwt) proven.push(verifyProof(context, text, nonces))
  }
  if (proven.length > max) throw wireError('issuance.invalid-proof', 'There are too many keys')
  if (new Set(proven.map(({ thumbprint }) => thumbprint)).size !== proven.length)
    throw wireError('issuance.invalid-proof', 'A key is there twice')
  for (const nonce of nonces)
    if (!(await context.nonces.isFresh('credential nonce', nonce))) throw wireError('issuance.invalid-nonce')
  return { keys: proven, steps: [...nonces].map((nonce) => useNonce(context, nonce)) }
}

/** @param nonces receives the nonce of the proof */
function verifyProof({ services, settings }: IssuerContext, text: string, nonces: Set<string>): ProvenKey {
  const proof = verifyEmbeddedJws(text, 'openid4vci-proof+jwt')
  if (proof === undefined) throw wireError('issuance.invalid-proof', 'A proof has no valid signature')
  const { header, payload, jwk, thumbprint } = proof
  // Exactly one way to name the key (appendix F.1).
  if ('kid' in header || 'x5c' in header) throw wireError('issuance.invalid-proof', 'A proof names its key twice')
  const { aud, iat, nonce } = payload
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (audiences.length !== 1 || audiences[0] !== settings.publicUrl)
    throw wireError('issuance.invalid-proof', 'A proof is for another issuer')
  const now = services.now()
  if (typeof iat !== 'number' || iat * 1000 > now + skewMs || iat * 1000 < now - nonceLifetimeMs - skewMs)
    throw wireError('issuance.invalid-proof', 'A proof is too old or from the future')
  if (typeof nonce !== 'string') throw wireError('issuance.invalid-proof', 'A proof has no nonce')
  nonces.add(nonce)
  return { jwk, thumbprint }
}

function useNonce({ nonces }: IssuerContext, nonce: string): CommitStep {
  return {
    write: nonces.consumeWrite('credential nonce', nonce),
    conflict: wireError('issuance.invalid-nonce', 'The nonce was used before'),
  }
}
