import {
  type Billfold,
  createBillfold,
  type DidsOptions,
  type Keyring,
  localKeyring,
  memoryStorage,
  newKey,
  type RateLimiter,
  createPasswordHasher,
  type Storage,
} from '@billfold/core'
import { SigningKey, Wallet } from 'ethers'
import { basicAuthorization } from '../basic-authorization.ts'
import type { DidKey } from './sign-did-auth.ts'

/** The audience of `x-did-auth` tokens in these suites. */
export const publicUrl = 'https://dids.example'

/** An instance, a service key for its DID API, and an admin with an external key. */
export interface DidHost {
  readonly billfold: Billfold
  /** A Basic `Authorization` header: scopes `dids`, `dids:sign` and `custody`. */
  readonly authorization: string
  readonly admin: DidKey
}

/** Creates a key pair unknown to the host, and its DID. */
export function createExternalKey(method = 'spherity'): DidKey {
  const { privateKey } = Wallet.createRandom()
  const address = new Wallet(privateKey).address.toLowerCase()
  return { did: `did:${method}:${address}`, address, key: new SigningKey(privateKey) }
}

/** The options of a DID host. */
export interface DidHostOptions {
  readonly keyring?: Keyring
  readonly admin?: DidKey
  readonly dids?: DidsOptions
  readonly now?: () => number
  readonly rateLimiter?: RateLimiter
}

/** Creates an instance, by default over a storage in memory. */
export async function createDidHost(
  storage: Storage = memoryStorage(),
  options: DidHostOptions = {},
): Promise<DidHost> {
  const { keyring = createKeyring(), admin = createExternalKey() } = options
  const billfold = createBillfold({
    storage,
    keyring,
    issuer: publicUrl,
    ...(options.now !== undefined && { now: options.now }),
    ...(options.rateLimiter !== undefined && { rateLimiter: options.rateLimiter }),
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    dids: { adminDids: [admin.did], ...options.dids },
  })
  const { keyId, keySecret } = await billfold.serviceKeys.create({
    tag: 'suite',
    scopes: ['dids', 'dids:sign', 'custody'],
  })
  return { billfold, admin, authorization: basicAuthorization(keyId, keySecret) }
}

/** Creates a keyring for hosts that share a storage. */
export function createKeyring(): Keyring {
  return localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
}
