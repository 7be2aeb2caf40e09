import { createDecipheriv, createHash, scrypt } from 'node:crypto'
import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { decodeBase58check } from '../chains/base58.ts'
import type { KeystoreFormat } from './keystore-format.ts'
import { keystoreLimits } from './limits.ts'

/** Returns the address in the form that BIP-38 hashes: that of a public key (P2PKH). */
type ToLegacyAddress = (publicKey: Uint8Array) => string

/** An encrypted key, after its version (BIP-38). */
interface EncryptedKey {
  /** True if the address is that of the compressed public key. */
  readonly isCompressed: boolean
  /** The first bytes of the hash of the address, which show a wrong passphrase. */
  readonly addressHash: Uint8Array
  readonly payload: Uint8Array
}

const flags = { notMultiplied: 0xc0, compressed: 0x20, lot: 0x04 } as const
const slow = { N: 16_384, r: 8, p: 8 } as const
const fast = { N: 1024, r: 1, p: 1 } as const
const order = 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n

/**
 * Creates the format of private keys in WIF that are encrypted by a passphrase (BIP-38), with and without EC multiplication. Keys are
 * imported only.
 */
export function bip38Format(toLegacyAddress: ToLegacyAddress): Pick<KeystoreFormat, 'parse'> {
  return {
    parse: (text) => {
      const bytes = decodeBase58check(text.trim())
      if (bytes?.length !== 39 || bytes[0] !== 1) throw new BillfoldError('keystore.invalid')
      const [, kind, flag = 0] = bytes
      const key = {
        isCompressed: (flag & flags.compressed) !== 0,
        addressHash: bytes.slice(3, 7),
        payload: bytes.slice(7),
      }
      const decryptKey = selectDecryption(kind, flag, key)
      return { decrypt: async (passphrase) => verify(key, await decryptKey(encode(passphrase)), toLegacyAddress) }
    },
  }
}

type DecryptKey = (passphrase: Uint8Array) => Promise<Uint8Array>

/** @throws BillfoldError `keystore.invalid` */
function selectDecryption(kind: number | undefined, flag: number, key: EncryptedKey): DecryptKey {
  const known = flags.compressed | flags.lot
  if (kind === 0x42 && (flag & ~flags.compressed) === flags.notMultiplied)
    return (passphrase) => decryptPlain(key, passphrase)
  if (kind === 0x43 && (flag & ~known) === 0) {
    const hasLot = (flag & flags.lot) !== 0
    return (passphrase) => decryptMultiplied(key, hasLot, passphrase)
  }
  throw new BillfoldError('keystore.invalid')
}

async function decryptPlain({ addressHash, payload }: EncryptedKey, passphrase: Uint8Array): Promise<Uint8Array> {
  const derived = await deriveKey(passphrase, addressHash, slow, 64)
  return xor(decryptBlocks(derived.subarray(32), payload), derived)
}

/** The key is the product of two factors: one from the passphrase, one that who made it has drawn. */
async function decryptMultiplied(
  { addressHash, payload }: EncryptedKey,
  hasLot: boolean,
  passphrase: Uint8Array,
): Promise<Uint8Array> {
  const ownerEntropy = payload.subarray(0, 8)
  const prefactor = await deriveKey(passphrase, hasLot ? ownerEntropy.subarray(0, 4) : ownerEntropy, slow, 32)
  const passFactor = hasLot ? sha256d(Buffer.concat([prefactor, ownerEntropy])) : prefactor
  if (!secp256k1.isPrivateKey(passFactor)) throw new BillfoldError('keystore.wrong-password')
  const salt = Buffer.concat([addressHash, ownerEntropy])
  const derived = await deriveKey(secp256k1.getPublicKey(passFactor), salt, fast, 64)
  const cipherKey = derived.subarray(32)
  const second = xor(decryptBlocks(cipherKey, payload.subarray(16, 32)), derived.subarray(16))
  const first = xor(decryptBlocks(cipherKey, Buffer.concat([payload.subarray(8, 16), second.subarray(0, 8)])), derived)
  const factor = sha256d(Buffer.concat([first, second.subarray(8)]))
  const product = (toInteger(passFactor) * toInteger(factor)) % order
  return Uint8Array.from(Buffer.from(product.toString(16).padStart(64, '0'), 'hex'))
}

/** @throws BillfoldError `keystore.wrong-password` if the address of the key is another one */
function verify(
  { isCompressed, addressHash }: EncryptedKey,
  privateKey: Uint8Array,
  toLegacyAddress: ToLegacyAddress,
): Uint8Array {
  if (!secp256k1.isPrivateKey(privateKey)) throw new BillfoldError('keystore.wrong-password')
  const address = toLegacyAddress(secp256k1.getPublicKey(privateKey, isCompressed))
  if (!Buffer.from(sha256d(Buffer.from(address)).subarray(0, 4)).equals(addressHash))
    throw new BillfoldError('keystore.wrong-password')
  return privateKey
}

/** @throws BillfoldError `keystore.wrong-password` if it is too long */
function encode(passphrase: string): Uint8Array {
  const bytes = Buffer.from(passphrase.slice(0, keystoreLimits.passwordBytes + 1).normalize('NFC'))
  if (bytes.length > keystoreLimits.passwordBytes) throw new BillfoldError('keystore.wrong-password')
  return bytes
}

function deriveKey(
  password: Uint8Array,
  salt: Uint8Array,
  cost: typeof slow | typeof fast,
  length: number,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = { ...cost, maxmem: 64 * 1024 * 1024 }
    scrypt(password, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function decryptBlocks(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  return createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(blocks)
}

function xor(bytes: Uint8Array, mask: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => byte ^ (mask[index] ?? 0))
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function sha256d(bytes: Uint8Array): Uint8Array {
  const once = createHash('sha256').update(bytes).digest()
  return createHash('sha256').update(once).digest()
}
