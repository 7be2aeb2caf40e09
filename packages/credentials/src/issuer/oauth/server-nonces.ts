import { randomBytes } from 'node:crypto'
import { timingSafeEqual } from '@billfold/core/crypto'
import { consumeNonceWrite, parseBase64url, type Services } from '@billfold/core/modules'
import type { Write } from '@billfold/core/storage'

/** What a nonce is for: a key proof (`c_nonce`), or a DPoP proof. */
export type NoncePurpose = 'credential nonce' | 'dpop nonce'

/** Nonces of this server: a time, random bytes and a keyed hash, so that no row is written until one is used. */
export interface ServerNonces {
  readonly create: (purpose: NoncePurpose) => Promise<string>
  /** True for a nonce of this server that is not older than five minutes. */
  readonly isFresh: (purpose: NoncePurpose, nonce: string) => Promise<boolean>
  /** The write that uses a nonce up. */
  readonly consumeWrite: (purpose: NoncePurpose, nonce: string) => Write
  /** The `DPoP-Nonce` of replies, renewed every minute; undefined before the first call of `loadDpopNonce`. */
  readonly dpopNonce: () => string | undefined
  readonly loadDpopNonce: () => Promise<string>
}

/** How long a nonce is good, on every process, in milliseconds. */
export const nonceLifetimeMs = 5 * 60 * 1000
/** Clocks of processes differ. */
const skewMs = 5_000
const offerMs = 60 * 1000

/** Time and random bytes, in base64url. */
const bodyLength = 30

/** Creates the nonces of a tenant. */
export function createServerNonces(services: Services, tenant: string): ServerNonces {
  const { blindIndex, now } = services
  const create = async (purpose: NoncePurpose): Promise<string> => {
    const body = Buffer.concat([Buffer.alloc(6), randomBytes(16)])
    body.writeUIntBE(now(), 0, 6)
    const text = body.toString('base64url')
    return text + (await blindIndex.hash(purpose, tenant, text))
  }
  let offered: { readonly nonce: string; readonly at: number } | undefined
  return {
    create,
    isFresh: async (purpose, nonce) => {
      const body = parseBase64url(nonce.slice(0, bodyLength))
      if (nonce.length !== bodyLength + 43 || body?.length !== 22) return false
      const tag = await blindIndex.hash(purpose, tenant, nonce.slice(0, bodyLength))
      if (!timingSafeEqual(tag, nonce.slice(bodyLength))) return false
      const age = now() - Buffer.from(body).readUIntBE(0, 6)
      return age >= -skewMs && age < nonceLifetimeMs
    },
    consumeWrite: (purpose, nonce) => consumeNonceWrite(purpose, tenant, nonce, now() + nonceLifetimeMs + skewMs),
    dpopNonce: () => offered?.nonce,
    loadDpopNonce: async () => {
      const at = now()
      if (offered === undefined || at - offered.at > offerMs || at < offered.at)
        offered = { nonce: await create('dpop nonce'), at }
      return offered.nonce
    },
  }
}
