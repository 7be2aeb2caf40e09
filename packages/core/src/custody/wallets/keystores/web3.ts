import { createCipheriv, createDecipheriv, pbkdf2, randomBytes, randomUUID, scrypt } from 'node:crypto'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { z } from 'zod'
import { timingSafeEqual } from '../../../kernel/crypto/index.ts'
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

const saltSchema = boundedHexBytes(0, keystoreLimits.saltBytes)

/** Only the first 32 bytes of a derived key are used, and they are the same for every length. */
const keyLength = z.number().int().min(32).max(64)

const scryptKdf = z.object({
  kdf: z.literal('scrypt'),
  kdfparams: z.object({
    n: positiveInteger,
    r: positiveInteger,
    p: positiveInteger,
    dklen: keyLength,
    salt: saltSchema,
  }),
})

const pbkdf2Kdf = z.object({
  kdf: z.literal('pbkdf2'),
  kdfparams: z.object({ c: positiveInteger, prf: z.literal('hmac-sha256'), dklen: keyLength, salt: saltSchema }),
})

const cipher = z.object({
  cipher: z.literal('aes-128-ctr'),
  // Some wallets write numbers instead of bytes, and so drop leading zeros of the IV and of the key, or add one to the key.
  cipherparams: z.object({ iv: boundedHexBytes(14, 16).transform((iv) => padStart(iv, 16)) }),
  ciphertext: boundedHexBytes(28, 33),
  mac: boundedHexBytes(32, 32),
})

const encryptedKey = z.intersection(cipher, z.discriminatedUnion('kdf', [scryptKdf, pbkdf2Kdf]))

const file = z.object({ version: z.literal(3), address: z.string().max(64).optional() })

/** The oldest files use the key `Crypto`. */
const keystore = z.union([
  file.extend({ crypto: encryptedKey }),
  file.extend({ Crypto: encryptedKey }).transform(({ Crypto, ...rest }) => ({ ...rest, crypto: Crypto })),
])

type EncryptedKey = z.output<typeof encryptedKey>

/** scrypt parameters of new keystores: N 2^18, r 8, p 1 (256 MiB), the default of most wallets. */
const newKdfParams = { n: 2 ** 18, r: 8, p: 1 } as const

/**
 * Creates the "Web3 Secret Storage" keystore format, version 3, used by most wallets: AES-128-CTR with a key derived from the
 * password by scrypt or PBKDF2. New keystores use scrypt.
 * @param toFileAddress formats the address of a private key as it is written to the file (lower-case hex without `0x` on EVM
 *   chains). Omit it for chains whose keystores have no address.
 *
 * @example
 * ```ts
 * import { type Chain, evmChain, web3Keystore } from '@billfold/core'
 *
 * const gnosis = evmChain({ secretType: 'GNOSIS', symbol: 'XDAI', chainId: 100n })
 * const withoutAddress: Chain = { ...gnosis, keystore: web3Keystore() }
 * ```
 */
export function web3Keystore(toFileAddress?: (privateKey: Uint8Array) => string): KeystoreFormat {
  return {
    parse: (text) => {
      const { crypto, address } = parseKeystoreJson(keystore, text)
      assertAffordable(crypto)
      return {
        decrypt: async (password) => {
          const privateKey = await decryptKeystore(crypto, password)
          if (address && toFileAddress && !isSameAddress(address, toFileAddress(privateKey)))
            throw new BillfoldError('keystore.invalid')
          return privateKey
        },
      }
    },
    encrypt: (privateKey, password) => encrypt(privateKey, password, toFileAddress?.(privateKey)),
  }
}

function isSameAddress(address: string, expected: string): boolean {
  return address.toLowerCase().replace(/^0x/, '') === expected
}

/** Checks the cost before deriving a key. N must be a power of 2 (RFC 7914 section 2). */
function assertAffordable({ kdf, kdfparams }: EncryptedKey): void {
  if (kdf === 'pbkdf2') {
    if (kdfparams.c > keystoreLimits.pbkdf2Iterations) throw new BillfoldError('keystore.cost-too-high')
    return
  }
  const { n, r, p } = kdfparams
  const max = keystoreLimits.scrypt
  if (128 * n * r > max.memory || n * r * p > max.work || r > max.r || p > max.p)
    throw new BillfoldError('keystore.cost-too-high')
  if (n < 2 || !Number.isInteger(Math.log2(n))) throw new BillfoldError('keystore.invalid')
}

async function decryptKeystore(encrypted: EncryptedKey, password: string): Promise<Uint8Array> {
  for (const bytes of passwordCandidates(password)) {
    const key = await derive(encrypted, bytes)
    if (timingSafeEqual(computeMac(key, encrypted.ciphertext), encrypted.mac)) return decrypt(key, encrypted)
  }
  throw new BillfoldError('keystore.wrong-password')
}

/** Some wallets normalize passwords (NFKC) and some do not. If the two forms differ, both are tried. */
function passwordCandidates(password: string): readonly Uint8Array[] {
  const spellings = new Set([password, password.slice(0, keystoreLimits.passwordBytes).normalize('NFKC')])
  return [...spellings].map(encodePassword).filter((bytes) => bytes !== undefined)
}

function derive({ kdf, kdfparams }: EncryptedKey, password: Uint8Array): Promise<Uint8Array> {
  return kdf === 'scrypt' ? deriveScrypt(password, kdfparams) : derivePbkdf2(password, kdfparams)
}

function deriveScrypt(
  password: Uint8Array,
  { n, r, p, salt }: { readonly n: number; readonly r: number; readonly p: number; readonly salt: Uint8Array },
): Promise<Uint8Array> {
  // OpenSSL enforces N < 2^(16 r) (RFC 7914 section 2), which some files violate.
  if (Math.log2(n) >= 16 * r) {
    const options = { N: n, r, p, dkLen: 32 }
    return hashInWorker({ kdf: 'scrypt', password, salt, options })
  }
  const maxmem = 128 * r * (n + p) + 1024 * 1024
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { N: n, r, p, maxmem }, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function derivePbkdf2(
  password: Uint8Array,
  { c, salt }: { readonly c: number; readonly salt: Uint8Array },
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, c, 32, 'sha256', (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** Keccak-256 of the second half of the derived key and the ciphertext. The first half is the cipher key. */
function computeMac(key: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return keccak_256(Buffer.concat([key.subarray(16, 32), ciphertext]))
}

function decrypt(key: Uint8Array, { cipher: name, cipherparams, ciphertext }: EncryptedKey): Uint8Array {
  const bytes = createDecipheriv(name, key.subarray(0, 16), cipherparams.iv).update(ciphertext)
  if (bytes.length > 32 && bytes[0] !== 0) throw new BillfoldError('keystore.invalid')
  return padStart(bytes.subarray(-32), 32)
}

/** Copies big-endian bytes, with zeros in front up to a length. */
function padStart(bytes: Uint8Array, length: number): Uint8Array {
  const padded = new Uint8Array(length)
  padded.set(bytes, length - bytes.length)
  return padded
}

async function encrypt(privateKey: Uint8Array, password: string, address: string | undefined): Promise<string> {
  const bytes = encodeNewPassword(password.slice(0, keystoreLimits.passwordBytes + 1).normalize('NFKC'))
  const [newSalt, iv] = [randomBytes(32), randomBytes(16)]
  const key = await deriveScrypt(bytes, { ...newKdfParams, salt: newSalt })
  const ciphertext = createCipheriv('aes-128-ctr', key.subarray(0, 16), iv).update(privateKey)
  return JSON.stringify({
    ...(address !== undefined && { address }),
    id: randomUUID(),
    version: 3,
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: iv.toString('hex') },
      ciphertext: ciphertext.toString('hex'),
      kdf: 'scrypt',
      kdfparams: { dklen: 32, ...newKdfParams, salt: newSalt.toString('hex') },
      mac: Buffer.from(computeMac(key, ciphertext)).toString('hex'),
    },
  })
}
