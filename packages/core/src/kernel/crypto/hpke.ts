import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { BillfoldError } from '../errors.ts'

/** An X25519 key pair, 32 raw bytes each (RFC 7748 section 5). */
export interface HpkeKeyPair {
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

/** HPKE parameters that sender and recipient must agree on (RFC 9180 section 5). */
export interface HpkeParameters {
  /** Application context that the derived keys are bound to: sender, recipient, purpose. */
  readonly info: Uint8Array
  /** Associated data, authenticated together with the plaintext. */
  readonly aad: Uint8Array
}

/** Number of bytes that {@link hpkeSeal} adds to the plaintext: the encapsulated key and the tag. */
export const hpkeOverheadBytes = 32 + 16

/** Generates an X25519 key pair. */
export function generateHpkeKeyPair(): HpkeKeyPair {
  const { privateKey } = generateKeyPairSync('x25519')
  return { publicKey: rawPublicKey(privateKey), privateKey: rawPrivateKey(privateKey) }
}

/**
 * Encrypts a value to a public key with HPKE (RFC 9180 section 6.1): base mode, single shot, DHKEM(X25519, HKDF-SHA256),
 * HKDF-SHA256, AES-256-GCM.
 *
 * @param publicKey the recipient's X25519 public key, 32 raw bytes
 * @returns enc ‖ ciphertext, {@link hpkeOverheadBytes} longer than the plaintext
 * @throws BillfoldError `crypto.invalid-key` if the key is not 32 bytes or is a point of low order
 */
export function hpkeSeal(publicKey: Uint8Array, plaintext: Uint8Array, { info, aad }: HpkeParameters): Uint8Array {
  const ephemeral = generateKeyPairSync('x25519').privateKey
  const enc = rawPublicKey(ephemeral)
  const shared = sharedSecret(ephemeral, publicKey)
  if (shared === undefined) throw new BillfoldError('crypto.invalid-key')
  const { key, nonce } = keySchedule(kemSecret(shared, enc, publicKey), info)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  cipher.setAAD(aad)
  return Uint8Array.from(Buffer.concat([enc, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]))
}

/**
 * Decrypts a value sealed by {@link hpkeSeal} (RFC 9180 section 6.1). All failures throw the same error, to avoid a
 * decryption oracle.
 *
 * @param privateKey the recipient's X25519 private key, 32 raw bytes
 * @throws BillfoldError `sealed.invalid`
 * @throws RangeError if the private key is not 32 bytes
 */
export function hpkeOpen(privateKey: Uint8Array, sealed: Uint8Array, { info, aad }: HpkeParameters): Uint8Array {
  if (privateKey.length !== 32) throw new RangeError(`An X25519 private key must be 32 bytes, not ${privateKey.length}`)
  if (sealed.length < hpkeOverheadBytes) throw new BillfoldError('sealed.invalid')
  const enc = sealed.subarray(0, 32)
  // Imported once: an import costs more than the key agreement.
  const recipient = privateKeyObject(privateKey)
  const shared = sharedSecret(recipient, enc)
  if (shared === undefined) throw new BillfoldError('sealed.invalid')
  const { key, nonce } = keySchedule(kemSecret(shared, enc, rawPublicKey(recipient)), info)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(-16))
  const plaintext = decipher.update(sealed.subarray(32, -16))
  try {
    decipher.final()
  } catch {
    throw new BillfoldError('sealed.invalid')
  }
  return Uint8Array.from(plaintext)
}

// RFC 9180 sections 4 (labels), 4.1 (DHKEM) and 5.1 (key schedule). Suite ids: section 7.
const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const kemSuite = Buffer.concat([ascii('KEM'), Buffer.of(0x00, 0x20)])
const hpkeSuite = Buffer.concat([ascii('HPKE'), Buffer.of(0x00, 0x20, 0x00, 0x01, 0x00, 0x02)])
const baseMode = Buffer.of(0)

function labeledExtract(suite: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return extract(sha256, Buffer.concat([ascii('HPKE-v1'), suite, ascii(label), ikm]), salt)
}

function labeledExpand(
  suite: Uint8Array,
  prk: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return expand(sha256, prk, Buffer.concat([Buffer.of(0, length), ascii('HPKE-v1'), suite, ascii(label), info]), length)
}

const none = new Uint8Array()
/** Base mode has no PSK, so that the hash of its id is the same for all values. */
const pskIdHash = labeledExtract(hpkeSuite, none, 'psk_id_hash', none)

/** ExtractAndExpand (section 4.1). */
function kemSecret(shared: Uint8Array, enc: Uint8Array, recipient: Uint8Array): Uint8Array {
  const prk = labeledExtract(kemSuite, none, 'eae_prk', shared)
  return labeledExpand(kemSuite, prk, 'shared_secret', Buffer.concat([enc, recipient]), 32)
}

/** KeySchedule (section 5.1) in base mode: the key and the nonce of the first message. */
function keySchedule(shared: Uint8Array, info: Uint8Array): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const infoHash = labeledExtract(hpkeSuite, none, 'info_hash', info)
  const context = Buffer.concat([baseMode, pskIdHash, infoHash])
  const secret = labeledExtract(hpkeSuite, shared, 'secret', none)
  return {
    key: labeledExpand(hpkeSuite, secret, 'key', context, 32),
    nonce: labeledExpand(hpkeSuite, secret, 'base_nonce', context, 12),
  }
}

/** Returns undefined for a point of low order: its shared secret is zero with every private key (RFC 7748 section 6.1). */
function sharedSecret(privateKey: KeyObject, publicKey: Uint8Array): Uint8Array | undefined {
  if (publicKey.length !== 32) return undefined
  try {
    const shared = diffieHellman({ privateKey, publicKey: publicKeyObject(publicKey) })
    return shared.every((byte) => byte === 0) ? undefined : shared
  } catch {
    return undefined
  }
}

// Prefixes of an X25519 key in PKCS #8 and SPKI (RFC 8410), because node:crypto does not accept raw keys.
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b656e032100', 'hex')

function privateKeyObject(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, raw]), format: 'der', type: 'pkcs8' })
}

function publicKeyObject(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' })
}

function rawPrivateKey(key: KeyObject): Uint8Array {
  return Uint8Array.from(key.export({ format: 'der', type: 'pkcs8' }).subarray(pkcs8Prefix.length))
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  return Uint8Array.from(
    createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(spkiPrefix.length),
  )
}
