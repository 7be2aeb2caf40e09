import {
  type Billfold,
  createBillfold,
  type DidsOptions,
  type Keyring,
  localKeyring,
  memoryStorage,
  newKey,
  createPasswordHasher,
  type Storage,
} from '@billfold/core'
import { SigningKey, Wallet } from 'ethers'
import { basicAuthorization } from '../basic-authorization.ts'
import type { DidKey } from './sign-did-auth.ts'

/** What `x-did-auth` tokens of these suites are for. */
export const publicUrl = 'https://dids.example'

/** Billfold for a suite, a key for its DID API, and an admin whose key lies outside. */
export interface DidHost {
  readonly billfold: Billfold
  /** A Basic `Authorization` header: scopes `dids`, `dids:sign` and `custody`. */
  readonly authorization: string
  readonly admin: DidKey
}

/** A key pair that is held by nobody here, and its DID. */
export function createExternalKey(method = 'spherity'): DidKey {
  const { privateKey } = Wallet.createRandom()
  const address = new Wallet(privateKey).address.toLowerCase()
  return { did: `did:${method}:${address}`, address, key: new SigningKey(privateKey) }
}

/** What a suite can choose. */
export interface DidHostOptions {
  readonly keyring?: Keyring
  readonly admin?: DidKey
  readonly dids?: DidsOptions
  readonly now?: () => number
}

/** Puts Billfold together over a storage: one in memory, unless another is given. */
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
    failedAttemptLimit: { limit: 100_000, windowSeconds: 600 },
    passwordHasher: createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 }, queue: 1000, perSource: 1000 }),
    dids: { adminDids: [admin.did], ...options.dids },
  })
  const { keyId, keySecret } = await billfold.serviceKeys.create({
    tag: 'suite',
    scopes: ['dids', 'dids:sign', 'custody'],
  })
  return { billfold, admin, authorization: basicAuthorization(keyId, keySecret) }
}

/** A keyring that hosts over one storage share. */
export function createKeyring(): Keyring {
  return localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' })
}
