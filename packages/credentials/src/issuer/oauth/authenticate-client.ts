import type { RequestContext } from '@billfold/core/http'
import { consumeNonceWrite } from '@billfold/core/modules'
import type { CommitStep } from '../../commit-steps.ts'
import { isJsonObject } from '../../formats/json.ts'
import { Refusal } from '../../formats/refusal.ts'
import { parseX5c, verifyPath } from '../../trust/index.ts'
import type { TrustList } from '../../trust/trust-list.ts'
import type { IssuerContext } from '../settings.ts'
import { wireError } from '../wire-errors.ts'
import { parseEs256, toEcJwk, toKeyObject, verifyEs256 } from './embedded-jws.ts'

/** A wallet at the token or PAR endpoint. */
export interface WalletClientIdentity {
  /** Undefined for an anonymous wallet with a pre-authorized code. */
  readonly clientId: string | undefined
  /** Whether a trusted wallet provider has attested it. */
  readonly isAttested: boolean
  /** Uses the proof of possession up; part of the commit of the act. */
  readonly steps: readonly CommitStep[]
}

const maxClockDifferenceMs = 5 * 60 * 1000

/**
 * Authenticates a wallet by attestation (draft-ietf-oauth-attestation-based-client-auth-07, HAIP 1.0 section 4.4.1). Without
 * `walletProviders`, and for registered clients, its `client_id` is only a name.
 * @throws BillfoldError `oauth.invalid-client`
 */
export async function authenticateClient(
  context: IssuerContext,
  headers: RequestContext['headers'],
  clientId: string | undefined,
): Promise<WalletClientIdentity> {
  const { walletProviders, clients } = context.settings
  const attestation = headers['oauth-client-attestation']
  if (walletProviders === undefined || (attestation === undefined && clients.has(clientId ?? '')))
    return { clientId, isAttested: false, steps: [] }
  const proof = headers['oauth-client-attestation-pop']
  if (typeof attestation !== 'string' || typeof proof !== 'string')
    throw wireError('oauth.invalid-client', 'The wallet sent no attestation with a proof of possession')
  const attested = await verifyAttestation(context, walletProviders, attestation)
  if (clientId !== undefined && clientId !== attested.clientId)
    throw wireError('oauth.invalid-client', 'The attestation is of another client')
  const step = verifyPossession(context, attested, proof)
  return { clientId: attested.clientId, isAttested: true, steps: [step] }
}

interface Attested {
  readonly clientId: string
  readonly jwk: unknown
}

async function verifyAttestation(
  { services }: IssuerContext,
  walletProviders: TrustList,
  text: string,
): Promise<Attested> {
  const jws = parseEs256(text, 'oauth-client-attestation+jwt')
  if (jws === undefined) throw wireError('oauth.invalid-client', 'The attestation is malformed')
  const { sub, exp, nbf, cnf } = jws.payload
  const now = services.now()
  if (typeof exp !== 'number' || exp * 1000 <= now)
    throw wireError('oauth.invalid-client', 'The attestation is expired')
  if (typeof nbf === 'number' && nbf * 1000 > now + maxClockDifferenceMs)
    throw wireError('oauth.invalid-client', 'The attestation is not valid yet')
  if (typeof sub !== 'string' || sub === '' || sub.length > 2048 || !isJsonObject(cnf))
    throw wireError('oauth.invalid-client', 'The attestation names no client or no key')
  try {
    const chain = parseX5c(jws.header['x5c'])
    const { leaf } = await verifyPath(walletProviders, { chain, purpose: 'wallet-provider', now })
    if (!verifyEs256(text, leaf.publicKey)) throw new Refusal('credential.signature', 'attestation')
  } catch (error) {
    if (error instanceof Refusal) throw wireError('oauth.invalid-client', 'The wallet provider is not trusted')
    throw error
  }
  return { clientId: sub, jwk: cnf['jwk'] }
}

function verifyPossession(
  { services, tenant, settings }: IssuerContext,
  { clientId, jwk }: Attested,
  text: string,
): CommitStep {
  const jws = parseEs256(text, 'oauth-client-attestation-pop+jwt')
  const key = toEcJwk(jwk)
  const imported = key === undefined ? undefined : toKeyObject(key)
  if (jws === undefined || imported === undefined || !verifyEs256(text, imported))
    throw wireError('oauth.invalid-client', 'The proof of possession does not verify')
  const { iss, aud, jti, iat, exp } = jws.payload
  const now = services.now()
  if (iss !== undefined && iss !== clientId) throw wireError('oauth.invalid-client', 'The proof is of another client')
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (audiences.length !== 1 || audiences[0] !== settings.publicUrl)
    throw wireError('oauth.invalid-client', 'The proof of possession is for another server')
  const isRecent = typeof iat === 'number' && Math.abs(now - iat * 1000) <= maxClockDifferenceMs
  if (!isRecent || (typeof exp === 'number' && exp * 1000 <= now))
    throw wireError('oauth.invalid-client', 'The proof of possession is too old or from the future')
  if (typeof jti !== 'string' || jti === '' || jti.length > 256)
    throw wireError('oauth.invalid-client', 'The proof of possession has no jti')
  const expiresAt = now + 2 * maxClockDifferenceMs + 60_000
  return {
    write: consumeNonceWrite('client attestation proof', tenant, `${clientId} ${jti}`, expiresAt),
    conflict: () => wireError('oauth.invalid-client', 'The proof of possession was used before'),
  }
}
