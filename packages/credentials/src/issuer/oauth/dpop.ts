import type { Services } from '@billfold/core/modules'
import { consumeNonceWrite } from '@billfold/core/modules'
import type { RequestContext } from '@billfold/core/http'
import { hashSecret } from '../../secret-hash.ts'
import type { CommitStep } from '../../commit-steps.ts'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'
import { importDpopKey } from './dpop-keys.ts'
import { verifyEmbeddedJws } from './embedded-jws.ts'

/** A verified DPoP proof. */
export interface DpopProof {
  /** RFC 7638 thumbprint of its key. */
  readonly jkt: string
  /** Uses the proof up; part of the commit of the act. */
  readonly step: CommitStep
}

/** A request that may carry a proof. */
export interface ProvenRequest {
  readonly method: string
  /** The path below the mount, without the query. */
  readonly path: string
  readonly headers: RequestContext['headers']
}

/** How far the clock of a wallet may be off without a nonce, in milliseconds. */
const maxAgeMs = 5 * 60 * 1000

/**
 * Verifies the DPoP proof of a request (RFC 9449 section 4.3). Writes nothing.
 *
 * @param accessToken the access token that the proof must name by `ath`; undefined at the token and PAR endpoints
 * @returns undefined if there is none
 * @throws BillfoldError `oauth.invalid-dpop-proof`, `oauth.use-dpop-nonce`
 */
export async function verifyDpopProof(
  context: IssuerContext,
  { method, path, headers }: ProvenRequest,
  accessToken?: string,
): Promise<DpopProof | undefined> {
  const { services, settings, tenant, nonces } = context
  const { dpop: text } = headers
  if (text === undefined) return undefined
  const jws = typeof text === 'string' ? verifyEmbeddedJws(text, 'dpop+jwt', importDpopKey) : undefined
  if (jws === undefined) throw wireError('oauth.invalid-dpop-proof', 'The DPoP proof has no valid signature')
  const { htm, htu, jti, iat, ath, nonce } = jws.payload
  const url = settings.publicUrl + (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)
  if (htm !== method || typeof htu !== 'string' || !isSameUrl(htu, url))
    throw wireError('oauth.invalid-dpop-proof', 'The DPoP proof is for another request')
  if (accessToken !== undefined && ath !== hashSecret(accessToken))
    throw wireError('oauth.invalid-dpop-proof', 'The DPoP proof is for another access token')
  if (typeof jti !== 'string' || jti === '' || jti.length > 256)
    throw wireError('oauth.invalid-dpop-proof', 'The DPoP proof has no jti')
  if (nonce === undefined && settings.dpop === 'nonce') throw wireError('oauth.use-dpop-nonce')
  if (nonce !== undefined && !(typeof nonce === 'string' && (await nonces.isFresh('dpop nonce', nonce))))
    throw wireError('oauth.use-dpop-nonce')
  // With a fresh nonce the clock of the wallet does not matter (RFC 9449 section 11.1).
  if (typeof iat !== 'number' || (nonce === undefined && Math.abs(services.now() - iat * 1000) > maxAgeMs))
    throw wireError('oauth.invalid-dpop-proof', 'The DPoP proof is too old or from the future')
  return { jkt: jws.thumbprint, step: useOnce(services, tenant, jws.thumbprint, jti) }
}

function useOnce({ now }: Services, tenant: string, jkt: string, jti: string): CommitStep {
  // Accepted for five minutes before and after now.
  const expiresAt = now() + 2 * maxAgeMs + 60_000
  return {
    write: consumeNonceWrite('dpop proof', tenant, `${jkt} ${jti}`, expiresAt),
    conflict: () => wireError('oauth.invalid-dpop-proof', 'The DPoP proof was used before'),
  }
}

/** Compares after the normalization of RFC 3986 section 6.2, without query and fragment. */
function isSameUrl(htu: string, expected: string): boolean {
  if (htu.length > 2048 || !URL.canParse(htu)) return false
  const { origin, pathname } = new URL(htu)
  return `${origin}${pathname}` === expected
}
