import { createHash } from 'node:crypto'
import { equalSecrets } from '../../crypto/index.ts'
import { resolveDid } from '../../dids/resolve.ts'
import type { Address } from '../../dids/registry.ts'
import { BillfoldError, isBillfoldError } from '../../errors.ts'
import { useOf, useOnce } from '../../replays/use-once.ts'
import type { Services } from '../../services.ts'
import type { IdentitySettings } from '../settings.ts'
import { type ListedKey, listedKeys } from './listed-key.ts'
import { signedBy } from './signed-by.ts'
import { type DidAuthClaims, readToken } from './token.ts'

/** How far away the end of a token may be, in seconds. */
export const longestLife = 300

/** What a request demands of its token. */
export interface DidAuthDemand {
  readonly tenant: string
  /** Our public URL. */
  readonly audience: string
  /** The route: `POST /wallet/rename`. */
  readonly act: string
  readonly body: Uint8Array
  /** Who may have signed. */
  readonly roles: readonly ListedKey['role'][]
}

/** Who sent a request: a DID, and the key that spoke for it. */
export interface DidAuthority {
  readonly did: string
  readonly role: ListedKey['role']
  /** Of a key on secp256k1. */
  readonly address: Address | undefined
}

/**
 * Verifies an `x-did-auth` token, and uses it up. Whatever is wrong with it is told by one error; the log of the host says
 * more.
 * @throws BillfoldError `did-auth.invalid`; `transaction.chain-unavailable` when the DID's document cannot be read now
 */
export async function verifyDidAuth(
  services: Services,
  settings: IdentitySettings,
  text: string,
  demand: DidAuthDemand,
): Promise<DidAuthority> {
  const token = readToken(text)
  if (token === undefined) throw refused('it is no token')
  const { claims } = token
  const wrong = wrongClaim(claims, demand, Math.floor(services.now() / 1000))
  if (wrong !== undefined) throw refused(wrong)
  const key = signedBy(token, await keysOf(services, settings, demand.tenant, claims.iss))
  if (key === undefined) throw refused('none of the keys of its DID has signed it')
  if (!demand.roles.includes(key.role)) throw refused('a delegate may not do this')
  await useUp(services, demand.tenant, claims)
  return { did: claims.iss, role: key.role, address: 'address' in key ? key.address : undefined }
}

function wrongClaim(claims: DidAuthClaims, demand: DidAuthDemand, now: number): string | undefined {
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  if (!audiences.includes(demand.audience)) return 'it is for another audience'
  if (claims.exp <= now) return 'it has expired'
  if (claims.exp > now + longestLife) return 'it lives too long'
  if (claims.nbf !== undefined && claims.nbf > now) return 'it is not good yet'
  if (claims.act !== demand.act) return 'it is for another route'
  const digest = createHash('sha256').update(demand.body).digest('base64url')
  if (!equalSecrets(Buffer.from(digest), Buffer.from(claims.bod))) return 'it is for another body'
  return undefined
}

async function keysOf(
  services: Services,
  { registries }: IdentitySettings,
  tenant: string,
  did: string,
): Promise<readonly ListedKey[]> {
  try {
    return listedKeys((await resolveDid(services, registries, tenant, did)).didDocument)
  } catch (error) {
    for (const code of ['did.invalid', 'did.unknown-network', 'did.too-many-changes'] as const)
      if (isBillfoldError(error, code)) throw refused(`its DID: ${code}`)
    throw error
  }
}

/** Once in any number of processes; kept until the token has expired for all of them. */
async function useUp(services: Services, tenant: string, { iss, jti, exp }: DidAuthClaims): Promise<void> {
  const use = useOf('x-did-auth', tenant, JSON.stringify([iss, jti]), (exp + longestLife) * 1000)
  try {
    await useOnce(services.storage, use)
  } catch (error) {
    if (isBillfoldError(error, 'request.replayed')) throw refused('it was used before')
    throw error
  }
}

function refused(cause: string): BillfoldError {
  return new BillfoldError('did-auth.invalid', { cause })
}
