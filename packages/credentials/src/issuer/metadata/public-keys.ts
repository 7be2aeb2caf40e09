import type { IssuerSettings } from '../settings.ts'
import { signerJwk } from './signer-jwk.ts'

/** The public keys of the signers, the first signs (RFC 7517 section 5). A renewed certificate of the same key adds none. */
export function createJwks({ signers }: IssuerSettings): { readonly keys: readonly unknown[] } {
  const keys = new Map(signers.map((signer) => signerJwk(signer)).map((jwk) => [jwk.kid, jwk]))
  return { keys: [...keys.values()].map((jwk) => ({ ...jwk, use: 'sig', alg: 'ES256' })) }
}
