import { randomBytes, randomUUID } from 'node:crypto'
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js'
import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { hashInWorker } from './hash-in-worker.ts'
import type { KeystoreFormat } from './keystore.ts'
import { keystoreLimits } from './limits.ts'
import { count, hexBytes, newPasswordBytes, parseKeystore, passwordBytes } from './parse-keystore.ts'

const kdfParams = z.object({
  memlimit_kib: count,
  opslimit: count,
  parallelism: count.default(1),
  salt: hexBytes(8, keystoreLimits.saltBytes),
})

/** A 16-byte tag, the seed, and optionally the public key. */
const ciphertext = z.union([hexBytes(80, 80), hexBytes(48, 48)])

const keystore = z.object({
  version: z.literal(1),
  public_key: z.string().max(64),
  crypto: z.object({
    secret_type: z.literal('ed25519'),
    symmetric_alg: z.literal('xsalsa20-poly1305'),
    ciphertext,
    cipher_params: z.object({ nonce: hexBytes(24, 24) }),
    kdf: z.literal('argon2id'),
    kdf_params: kdfParams,
  }),
})

type KdfParams = z.output<typeof kdfParams>

/** Argon2id parameters of new keystores: 64 MiB, three passes, one lane. */
const newKdfParams = { memlimit_kib: 65_536, opslimit: 3, parallelism: 1 } as const

/** The key encodings used inside a keystore. */
export interface AeternityKeys {
  /** Computes the address of a seed. */
  readonly addressOf: (seed: Uint8Array) => string
  /** Concatenates the seed and the public key (64 bytes). */
  readonly secretKeyOf: (seed: Uint8Array) => Uint8Array
  /** Parses a secret key of 64 bytes or a seed of 32 bytes. Returns the seed. @throws BillfoldError `crypto.invalid-key` */
  readonly seedOf: (secretKey: Uint8Array) => Uint8Array
}

/** The keystore format of æternity wallets, version 1: XSalsa20-Poly1305 with a key derived from the password by Argon2id. */
export function aeternityKeystore(keys: AeternityKeys): KeystoreFormat {
  return {
    read: (text) => {
      const { crypto, public_key: address } = parseKeystore(keystore, text)
      assertAffordable(crypto.kdf_params)
      return {
        open: async (password) => {
          const seed = parseSeed(keys, await decrypt(crypto, password))
          if (keys.addressOf(seed) !== address) throw new BillfoldError('keystore.invalid')
          return seed
        },
      }
    },
    write: (seed, password) => encrypt(keys.secretKeyOf(seed), keys.addressOf(seed), password),
  }
}

/** Checks the cost before deriving a key. Argon2 needs at least 8 KiB per lane (RFC 9106 section 3.1). */
function assertAffordable({ memlimit_kib: memory, opslimit: passes, parallelism: lanes }: KdfParams): void {
  const max = keystoreLimits.argon2id
  if (memory > max.memoryKib || passes > max.passes || lanes > max.lanes || memory * passes > max.work)
    throw new BillfoldError('keystore.too-costly')
  if (memory < 8 * lanes) throw new BillfoldError('keystore.invalid')
}

function derive(password: Uint8Array, { memlimit_kib, opslimit, parallelism, salt }: KdfParams): Promise<Uint8Array> {
  const options = { m: memlimit_kib, t: opslimit, p: parallelism, dkLen: 32, maxmem: 2 ** 32 - 1 }
  return hashInWorker({ module: '@noble/hashes/argon2.js', name: 'argon2id', password, salt, options })
}

async function decrypt(encrypted: z.output<typeof keystore>['crypto'], password: string): Promise<Uint8Array> {
  const bytes = passwordBytes(password)
  if (bytes === undefined) throw new BillfoldError('keystore.wrong-password')
  const key = await derive(bytes, encrypted.kdf_params)
  try {
    return xsalsa20poly1305(key, encrypted.cipher_params.nonce).decrypt(encrypted.ciphertext)
  } catch {
    throw new BillfoldError('keystore.wrong-password')
  }
}

function parseSeed(keys: AeternityKeys, secretKey: Uint8Array): Uint8Array {
  try {
    return keys.seedOf(secretKey)
  } catch {
    throw new BillfoldError('keystore.invalid')
  }
}

async function encrypt(secretKey: Uint8Array, address: string, password: string): Promise<string> {
  const [salt, nonce] = [randomBytes(16), randomBytes(24)]
  const key = await derive(newPasswordBytes(password), { ...newKdfParams, salt })
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
