import { toEcJwk, computeThumbprint } from '../oauth/embedded-jws.ts'
import type { IssuerSettings } from '../settings.ts'
import { leafOf } from '../../trust/signer-key.ts'

/** The public keys of the signers, the first signs (RFC 7517 section 5). */
export function createJwks({ signers }: IssuerSettings): { readonly keys: readonly unknown[] } {
  return {
    keys: signers.flatMap((signer) => {
      const jwk = toEcJwk(leafOf(signer).publicKey.export({ format: 'jwk' }))
      return jwk === undefined ? [] : [{ ...jwk, kid: computeThumbprint(jwk), use: 'sig', alg: 'ES256' }]
    }),
  }
}
