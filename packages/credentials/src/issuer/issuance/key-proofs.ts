import { z } from 'zod'
import type { CommitStep } from '../../commit-steps.ts'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'
import { type JwtProof, verifyJwtProof } from './jwt-proof.ts'
import { maxAttestationLength, verifyKeyAttestation } from './key-attestation.ts'
import type { ProvenKey } from './proven-key.ts'

/** The keys of a request, and the writes that use their nonces up. */
export interface ProvenKeys {
  readonly keys: readonly ProvenKey[]
  readonly steps: readonly CommitStep[]
}

const jws = z.string().max(maxAttestationLength)

/** The proofs of a credential request (OpenID4VCI section 8.2.1): one kind, and of `attestation` one. */
export const proofsSchema = z.union([
  z.strictObject({ jwt: z.array(jws).min(1).max(100) }),
  z.strictObject({ attestation: z.array(jws).length(1) }),
])

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
    const attested = await verifyKeyAttestation(context, text, 'attestation')
    if (attested.nonce === undefined) throw wireError('issuance.invalid-proof', 'The key attestation has no nonce')
    nonces.add(attested.nonce)
    proven.push(...attested.keys)
  } else {
    if (parsed.data.jwt.length > max) throw wireError('issuance.invalid-proof', 'There are too many proofs')
    const verified: JwtProof[] = []
    for (const text of parsed.data.jwt) verified.push(await verifyJwtProof(context, text))
    if (verified.length > 1 && verified.some(({ isAttested }) => isAttested))
      throw wireError(
        'issuance.invalid-proof',
        'A proof with a key attestation proves all of its keys, and comes alone',
      )
    proven.push(...verified.flatMap(({ keys }) => keys))
    for (const nonce of verified.flatMap((proof) => proof.nonces)) nonces.add(nonce)
  }
  if (proven.length > max) throw wireError('issuance.invalid-proof', 'There are too many keys')
  if (new Set(proven.map(({ thumbprint }) => thumbprint)).size !== proven.length)
    throw wireError('issuance.invalid-proof', 'A key is there twice')
  for (const nonce of nonces)
    if (!(await context.nonces.isFresh('credential nonce', nonce))) throw wireError('issuance.invalid-nonce')
  return { keys: proven, steps: [...nonces].map((nonce) => useNonce(context, nonce)) }
}

function useNonce({ nonces }: IssuerContext, nonce: string): CommitStep {
  return {
    write: nonces.consumeWrite('credential nonce', nonce),
    conflict: () => wireError('issuance.invalid-nonce', 'The nonce was used before'),
  }
}
