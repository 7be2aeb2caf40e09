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

/** The seed, with or without the public key behind it, and a tag of 16 bytes in front. */
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

/** What new ones cost: 64 MiB, three passes, one lane. */
const newCost = { memlimit_kib: 65_536, opslimit: 3, parallelism: 1 } as const

/** How the keys inside are written. */
export interface AeternityKeys {
  readonly addressOf: (seed: Uint8Array) => string
  /** The seed and the public key in one, 64 bytes. */
  readonly secretKeyOf: (seed: Uint8Array) => Uint8Array
  /** The seed of what `secretKeyOf` made, or of a seed alone. @throws BillfoldError `crypto.invalid-key` */
  readonly seedOf: (secretKey: Uint8Array) => Uint8Array
}

/** The keystore of æternity's wallets, version 1: XSalsa20-Poly1305 under a key that Argon2id makes of the password. */
export function aeternityKeystore(keys: AeternityKeys): KeystoreFormat {
  return {
    read: (text) => {
      const { crypto, public_key: address } = parseKeystore(keystore, text)
      assertCheap(crypto.kdf_params)
      return {
        open: async (password) => {
          const seed = seedIn(keys, await open(crypto, password))
          if (keys.addressOf(seed) !== address) throw new BillfoldError('keystore.invalid')
          return seed
        },
      }
    },
    write: (seed, password) => write(keys.secretKeyOf(seed), keys.addressOf(seed), password),
  }
}

/** Nothing has been derived yet. Argon2 needs 8 KiB a lane (RFC 9106 section 3.1). */
function assertCheap({ memlimit_kib: memory, opslimit: passes, parallelism: lanes }: KdfParams): void {
  const most = keystoreLimits.argon2id
  if (memory > most.memoryKib || passes > most.passes || lanes > most.lanes || memory * passes > most.work)
    throw new BillfoldError('keystore.too-costly')
  if (memory < 8 * lanes) throw new BillfoldError('keystore.invalid')
}

function derive(password: Uint8Array, { memlimit_kib, opslimit, parallelism, salt }: KdfParams): Promise<Uint8Array> {
  const options = { m: memlimit_kib, t: opslimit, p: parallelism, dkLen: 32, maxmem: 2 ** 32 - 1 }
  return hashInWorker({ module: '@noble/hashes/argon2.js', name: 'argon2id', password, salt, options })
}

async function open(sealed: z.output<typeof keystore>['crypto'], password: string): Promise<Uint8Array> {
  const bytes = passwordBytes(password)
  if (bytes === undefined) throw new BillfoldError('keystore.wrong-password')
  const key = await derive(bytes, sealed.kdf_params)
  try {
    return xsalsa20poly1305(key, sealed.cipher_params.nonce).decrypt(sealed.ciphertext)
  } catch {
    throw new BillfoldError('keystore.wrong-password')
  }
}

function seedIn({ seedOf }: AeternityKeys, secretKey: Uint8Array): Uint8Array {
  try {
    return seedOf(secretKey)
  } catch {
    throw new BillfoldError('keystore.invalid')
  }
}

async function write(secretKey: Uint8Array, address: string, password: string): Promise<string> {
  const [salt, nonce] = [randomBytes(16), randomBytes(24)]
  const key = await derive(newPasswordBytes(password), { ...newCost, salt })
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
      kdf_params: { ...newCost, salt: salt.toString('hex') },
    },
  })
}
