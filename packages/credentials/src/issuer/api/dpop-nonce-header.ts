import type { IssuerContext } from '../settings.ts'

/** The nonce for the next DPoP proof, which every reply of these routes offers (RFC 9449 section 8.2). */
export async function dpopNonceHeader({ nonces }: IssuerContext): Promise<Readonly<Record<string, string>>> {
  return { 'dpop-nonce': await nonces.loadDpopNonce() }
}
