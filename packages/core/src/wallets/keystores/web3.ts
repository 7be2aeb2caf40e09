import { createCipheriv, createDecipheriv, pbkdf2, randomBytes, randomUUID, scrypt } from 'node:crypto'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { z } from 'zod'
import { equalSecrets } from '../../crypto/index.ts'
import { BillfoldError } from '../../errors.ts'
import { hashInWorker } from './hash-in-worker.ts'
import type { KeystoreFormat } from './keystore.ts'
import { keystoreLimits } from './limits.ts'
import { count, hexBytes, newPasswordBytes, parseKeystore, passwordBytes } from './parse-keystore.ts'

const salt = hexBytes(0, keystoreLimits.saltBytes)

const scryptKdf = z.object({
  kdf: z.literal('scrypt'),
  kdfparams: z.object({ n: count, r: count, p: count, dklen: z.literal(32), salt }),
})

const pbkdf2Kdf = z.object({
  kdf: z.literal('pbkdf2'),
  kdfparams: z.object({ c: count, prf: z.literal('hmac-sha256'), dklen: z.literal(32), salt }),
})

const cipher = z.object({
  cipher: z.literal('aes-128-ctr'),
  cipherparams: z.object({ iv: hexBytes(16, 16) }),
  ciphertext: hexBytes(32, 32),
  mac: hexBytes(32, 32),
})

const sealedKey = z.intersection(cipher, z.discriminatedUnion('kdf', [scryptKdf, pbkdf2Kdf]))

const file = z.object({ version: z.literal(3), address: z.string().max(64).optional() })

/** The oldest files write `Crypto`. */
const keystore = z.union([
  file.extend({ crypto: sealedKey }),
  file.extend({ Crypto: sealedKey }).transform(({ Crypto, ...rest }) => ({ ...rest, crypto: Crypto })),
])

type SealedKey = z.output<typeof sealedKey>

/** What new ones cost: N 2^18, r 8, p 1 (256 MiB), as most wallets do. */
const newCost = { n: 2 ** 18, r: 8, p: 1 } as const

/**
 * The keystore of most wallets, "Web3 Secret Storage" version 3: AES-128-CTR under a key that scrypt or PBKDF2 makes of the
 * password; new ones with scrypt. `addressOf` says how a file names the key's address, on chains whose files do.
 */
export function web3Keystore(addressOf?: (privateKey: Uint8Array) => string): KeystoreFormat {
  return {
    read: (text) => {
      const { crypto, address } = parseKeystore(keystore, text)
      assertCheap(crypto)
      return {
        open: async (password) => {
          const privateKey = await open(crypto, password)
          if (address && addressOf && !isAddress(address, addressOf, privateKey))
            throw new BillfoldError('keystore.invalid')
          return privateKey
        },
      }
    },
    write: (privateKey, password) => write(privateKey, password, addressOf?.(privateKey)),
  }
}

function isAddress(address: string, addressOf: (privateKey: Uint8Array) => string, privateKey: Uint8Array): boolean {
  return address.toLowerCase().replace(/^0x/, '') === addressOf(privateKey)
}

/** Nothing has been derived yet. N must be a power of 2 (RFC 7914 section 2). */
function assertCheap({ kdf, kdfparams }: SealedKey): void {
  if (kdf === 'pbkdf2') {
    if (kdfparams.c > keystoreLimits.pbkdf2Iterations) throw new BillfoldError('keystore.too-costly')
    return
  }
  const { n, r, p } = kdfparams
  const most = keystoreLimits.scrypt
  if (128 * n * r > most.memory || n * r * p > most.work || r > most.r || p > most.p)
    throw new BillfoldError('keystore.too-costly')
  if (n < 2 || !Number.isInteger(Math.log2(n))) throw new BillfoldError('keystore.invalid')
}

async function open(sealed: SealedKey, password: string): Promise<Uint8Array> {
  for (const bytes of passwordsToTry(password)) {
    const key = await derive(sealed, bytes)
    if (equalSecrets(macOf(key, sealed.ciphertext), sealed.mac)) return decrypt(key, sealed)
  }
  throw new BillfoldError('keystore.wrong-password')
}

/** Some wallets normalise a password (NFKC) and some do not: where it makes a difference, both are tried. */
function passwordsToTry(password: string): readonly Uint8Array[] {
  const spellings = new Set([password, password.slice(0, keystoreLimits.passwordBytes).normalize('NFKC')])
  return [...spellings].map(passwordBytes).filter((bytes) => bytes !== undefined)
}

function derive({ kdf, kdfparams }: SealedKey, password: Uint8Array): Promise<Uint8Array> {
  return kdf === 'scrypt' ? deriveScrypt(password, kdfparams) : derivePbkdf2(password, kdfparams)
}

function deriveScrypt(
  password: Uint8Array,
  { n, r, p, salt: of }: { readonly n: number; readonly r: number; readonly p: number; readonly salt: Uint8Array },
): Promise<Uint8Array> {
  // OpenSSL keeps to the limit N < 2^(16 r), which some files do not.
  if (Math.log2(n) >= 16 * r) {
    const options = { N: n, r, p, dkLen: 32 }
    return hashInWorker({ module: '@noble/hashes/scrypt.js', name: 'scrypt', password, salt: of, options })
  }
  const maxmem = 128 * r * (n + p) + 1024 * 1024
  return new Promise((resolve, reject) => {
    scrypt(password, of, 32, { N: n, r, p, maxmem }, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function derivePbkdf2(
  password: Uint8Array,
  { c, salt: of }: { readonly c: number; readonly salt: Uint8Array },
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, of, c, 32, 'sha256', (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** Over the second half of the derived key; the first is the cipher's. */
function macOf(key: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return keccak_256(Buffer.concat([key.subarray(16, 32), ciphertext]))
}

function decrypt(key: Uint8Array, { cipher: name, cipherparams, ciphertext }: SealedKey): Uint8Array {
  return Uint8Array.from(createDecipheriv(name, key.subarray(0, 16), cipherparams.iv).update(ciphertext))
}

async function write(privateKey: Uint8Array, password: string, address: string | undefined): Promise<string> {
  const bytes = newPasswordBytes(password.slice(0, keystoreLimits.passwordBytes + 1).normalize('NFKC'))
  const [newSalt, iv] = [randomBytes(32), randomBytes(16)]
  const key = await deriveScrypt(bytes, { ...newCost, salt: newSalt })
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
      kdfparams: { dklen: 32, ...newCost, salt: newSalt.toString('hex') },
      mac: Buffer.from(macOf(key, ciphertext)).toString('hex'),
    },
  })
}
