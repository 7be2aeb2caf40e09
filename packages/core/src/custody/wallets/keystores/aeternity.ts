import { randomBytes, randomUUID } from 'node:crypto'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import { hashInWorker } from './hash-in-worker.ts'
import type { KeystoreFormat } from './keystore-format.ts'
import { keystoreLimits } from './limits.ts'
import {
  positiveInteger,
  boundedHexBytes,
  encodeNewPassword,
  parseKeystoreJson,
  encodePassword,
} from './parse-keystore.ts'

const kdfParams = z.object({
  memlimit_kib: positiveInteger,
  opslimit: positiveInteger,
  parallelism: positiveInteger.default(1),
  salt: boundedHexBytes(8, keystoreLimits.saltBytes),
})

/** A 16-byte tag, the seed, and optionally the public key. */
const ciphertext = z.union([boundedHexBytes(80, 80), boundedHexBytes(48, 48)])

const keystore = z.object({
  version: z.literal(1),
  public_key: z.string().max(64),
  crypto: z.object({
    secret_type: z.literal('ed25519'),
    symmetric_alg: z.literal('xsalsa20-poly1305'),
    ciphertext,
    cipher_params: z.object({ nonce: boundedHexBytes(24, 24) }),
    kdf: z.literal('argon2id'),
    kdf_params: kdfParams,
  }),
})

type KdfParams = z.output<typeof kdfParams>

/** Argon2id parameters of new keystores: 64 MiB, three passes, one lane. */
const newKdfParams = { memlimit_kib: 65_536, opslimit: 3, parallelism: 1 } as const

/** The key encodings used inside a keystore. */
export interface AeternityKeyEncoding {
  /** Computes the address of a seed. */
  readonly toAddress: (seed: Uint8Array) => string
  /** Concatenates the seed and the public key (64 bytes). */
  readonly toSecretKey: (seed: Uint8Array) => Uint8Array
  /** Parses a secret key of 64 bytes or a seed of 32 bytes. Returns the seed. @throws BillfoldError `crypto.invalid-key` */
  readonly parseSecretKey: (secretKey: Uint8Array) => Uint8Array
}

/** The keystore format of æternity wallets, version 1: XSalsa20-Poly1305 with a key derived from the password by Argon2id. */
export function aeternityKeystore(keys: AeternityKeyEncoding): KeystoreFormat {
  return {
    parse: (text) => {
      const { crypto, public_key: address } = parseKeystoreJson(keystore, text)
      assertAffordable(crypto.kdf_params)
      return {
        decrypt: async (password) => {
          const seed = parseSeed(keys, await decrypt(crypto, password))
          if (keys.toAddress(seed) !== address) throw new BillfoldError('keystore.invalid')
          return seed
        },
      }
    },
    encrypt: (seed, password) => encrypt(keys.toSecretKey(seed), keys.toAddress(seed), password),
  }
}

/** Checks the cost before deriving a key. Argon2 needs at least 8 KiB per lane (RFC 9106 section 3.1). */
function assertAffordable({ memlimit_kib: memory, opslimit: passes, parallelism: lanes }: KdfParams): void {
  const max = keystoreLimits.argon2id
  if (memory > max.memoryKib || passes > max.passes || lanes > max.lanes || memory * passes > max.work)
    throw new BillfoldError('keystore.cost-too-high')
  if (memory < 8 * lanes) throw new BillfoldError('keystore.invalid')
}

function derive(password: Uint8Array, { memlimit_kib, opslimit, parallelism, salt }: KdfParams): Promise<Uint8Array> {
  const options = { m: memlimit_kib, t: opslimit, p: parallelism, dkLen: 32, maxmem: 2 ** 32 - 1 }
  return hashInWorker({ kdf: 'argon2id', password, salt, options })
}

async function decrypt(encrypted: z.output<typeof keystore>['crypto'], password: string): Promise<Uint8Array> {
  const bytes = encodePassword(password)
  if (bytes === undefined) throw new BillfoldError('keystore.wrong-password')
  const key = await derive(bytes, encrypted.kdf_params)
  try {
    return xsalsa20poly1305(key, encrypted.cipher_params.nonce).decrypt(encrypted.ciphertext)
  } catch {
    throw new BillfoldError('keystore.wrong-password')
  }
}

function parseSeed(keys: AeternityKeyEncoding, secretKey: Uint8Array): Uint8Array {
  try {
    return keys.parseSecretKey(secretKey)
  } catch {
    throw new BillfoldError('keystore.invalid')
  }
}

async function encrypt(secretKey: Uint8Array, address: string, password: string): Promise<string> {
  const [salt, nonce] = [randomBytes(16), randomBytes(24)]
  const key = await derive(encodeNewPassword(password), { ...newKdfParams, salt })
  return JSON.stringify({
    name: 'keystore',
    version: 1,
    public_key: address,
    id: randomUUID(),
    crypto: {
      secret_type: 'ed25519',
      symmetric_alg: 'xsalsa20-poly1305',
      ciphertext: Buffer.from(xsalsa20poly1305(key, nonce).encrypt(secretKey)).toString('hex'),
      cipher_params: { nonce: nonce.toString('hex') },
      kdf: 'argon2id',
      kdf_params: { ...newKdfParams, salt: salt.toString('hex') },
    },
  })
}
