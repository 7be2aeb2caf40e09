import type { CustodyServices } from '../../../custody/services.ts'
import { createHash } from 'node:crypto'
import { timingSafeEqual } from '../../../kernel/crypto/index.ts'
import { toCanonicalDid } from '../../registries/did.ts'
import { resolveDid } from '../../registries/documents/resolve.ts'
import type { Address } from '../../registries/registry.ts'
import { BillfoldError, isBillfoldError } from '../../../kernel/errors.ts'
import { consumeNonceWrite, consumeNonce } from '../../../platform/replay-protection/nonces.ts'
import type { DidWalletSettings } from '../settings.ts'
import { type DocumentKey, toDocumentKeys } from './document-keys.ts'
import { findSigningKey } from './find-signing-key.ts'
import { type DidAuthClaims, parseDidAuthToken } from './token.ts'

/** The maximum remaining lifetime of a token, in seconds. */
export const maxTokenLifetimeSeconds = 300

/** The requirements for the token of a request. */
export interface DidAuthVerifyOptions {
  readonly tenant: string
  /** The public URL of this service. */
  readonly audience: string
  /** The route: `POST /wallet/rename`. */
  readonly act: string
  readonly body: Uint8Array
  /** The roles that may sign. */
  readonly roles: readonly DocumentKey['role'][]
}

/** The authenticated sender of a request: a DID and the key that signed for it. */
export interface AuthenticatedDid {
  readonly did: string
  readonly role: DocumentKey['role']
  /** The address of the key; undefined for EdDSA. */
  readonly address: Address | undefined
}

/**
 * Verifies an `x-did-auth` token and consumes its nonce. Every failure throws the same error; its cause is logged for
 * the host.
 *
 * @throws BillfoldError `did-auth.invalid`; `transaction.chain-unavailable` if the DID cannot be resolved now
 */
export async function verifyDidAuthToken(
  services: CustodyServices,
  settings: DidWalletSettings,
  text: string,
  options: DidAuthVerifyOptions,
): Promise<AuthenticatedDid> {
  const token = parseDidAuthToken(text)
  if (token === undefined) throw invalidToken('the token is malformed')
  const { claims } = token
  const problem = findClaimProblem(claims, options, Math.floor(services.now() / 1000))
  if (problem !== undefined) throw invalidToken(problem)
  const key = findSigningKey(token, await resolveKeys(services, settings, options.tenant, claims.iss))
  if (key === undefined) throw invalidToken('no key of the DID document matches the signature')
  if (!options.roles.includes(key.role)) throw invalidToken('delegates are not allowed on this route')
  await consumeTokenNonce(services, options.tenant, claims)
  return { did: toCanonicalDid(claims.iss), role: key.role, address: 'address' in key ? key.address : undefined }
}

function findClaimProblem(claims: DidAuthClaims, options: DidAuthVerifyOptions, now: number): string | undefined {
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  if (!audiences.includes(options.audience)) return 'the audience does not match'
  if (claims.exp <= now) return 'the token has expired'
  if (claims.exp > now + maxTokenLifetimeSeconds) return 'the expiry is too far in the future'
  if (claims.nbf !== undefined && claims.nbf > now) return 'the token is not valid yet'
  if (claims.act !== options.act) return 'the act claim does not match the route'
  const digest = createHash('sha256').update(options.body).digest('base64url')
  if (!timingSafeEqual(Buffer.from(digest), Buffer.from(claims.bod))) return 'the bod claim does not match the body'
  return undefined
}

async function resolveKeys(
  services: CustodyServices,
  { registries }: DidWalletSettings,
  tenant: string,
  did: string,
): Promise<readonly DocumentKey[]> {
  try {
    return toDocumentKeys((await resolveDid(services, registries, tenant, did)).didDocument)
  } catch (error) {
    for (const code of [
      'did.invalid',
      'did.method-not-supported',
      'did.unknown-network',
      'did.history-too-long',
    ] as const)
      if (isBillfoldError(error, code)) throw invalidToken(`the DID cannot be resolved: ${code}`)
    throw error
  }
}

/** Consumes the `jti` of a token, once across all processes. It is stored until the token has expired on every host. */
async function consumeTokenNonce(
  services: CustodyServices,
  tenant: string,
  { iss, jti, exp }: DidAuthClaims,
): Promise<void> {
  const nonce = consumeNonceWrite(
    'x-did-auth',
    tenant,
    JSON.stringify([iss, jti]),
    (exp + maxTokenLifetimeSeconds) * 1000,
  )
  try {
    await consumeNonce(services.storage, nonce)
  } catch (error) {
    if (isBillfoldError(error, 'request.replayed')) throw invalidToken('the token was already used')
    throw error
  }
}

function invalidToken(cause: string): BillfoldError {
  return new BillfoldError('did-auth.invalid', { cause })
}
