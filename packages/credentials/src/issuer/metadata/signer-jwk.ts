import type { EcJwk } from '../../formats/keys.ts'
import type { CredentialSigner } from '../../trust/credential-signer.ts'
import { leafOf } from '../../trust/signer-key.ts'
import { computeThumbprint, toEcJwk } from '../oauth/embedded-jws.ts'

/** Returns the public key of a signer, named by its thumbprint (RFC 7638). @throws RangeError if it is not on P-256 */
export function signerJwk(signer: CredentialSigner): EcJwk & { readonly kid: string } {
  const jwk = toEcJwk(leafOf(signer).publicKey.export({ format: 'jwk' }))
  if (jwk === undefined) throw new RangeError('signer.certificates: the key of the leaf must be on P-256')
  return { ...jwk, kid: computeThumbprint(jwk) }
}
