import { createECDH, createSecretKey } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { boundedCache } from './bounded-cache.ts'
import { decrypt, encrypt } from './cipher.ts'
import type { EnvelopeCurve } from './curve.ts'
import { publicKeyOf, readPublicKey } from './keys.ts'

/** Encrypts and decrypts messages between two key pairs: ECDH key agreement and AES-256-GCM. */
export interface Envelope {
  /** The other side's public key: padded base64 of X and Y. */
  readonly publicKey: string
  /**
   * Identifies the other side: the X coordinate of its public key, 43 characters of base64url. The key with the same X and the other Y
   * derives the same shared key, and so counts as the same caller.
   */
  readonly caller: string
  /** Encrypts text or bytes for the other side. Returns padded base64. */
  readonly seal: (plaintext: string | Uint8Array) => string
  /** Decrypts a message from the other side: base64 or base64url. @throws BillfoldError `channel.invalid` */
  readonly open: (text: string) => Uint8Array
}

/** The secure channels of one of our key pairs, by the other side's public key. */
export interface Envelopes {
  readonly curve: EnvelopeCurve
  /** Our public key: padded base64 of X and Y. */
  readonly publicKey: string
  /**
   * Returns the channel with another public key: base64 or base64url of X and Y.
   * @throws BillfoldError `channel.invalid-key` if the key is not a point of the curve
   */
  readonly with: (publicKey: string) => Envelope
}

/** The default number of cached channels per key pair; each takes about half a kilobyte. */
const defaultCacheSize = 10_000

/**
 * Creates the secure channels of a private key (32 bytes). The shared key is the X coordinate of ECDH (SEC 1 section 3.3.1), all 32
 * bytes, used directly as the AES-256-GCM key without a KDF, as existing clients require.
 * @param cacheSize the maximum number of cached channels; computing a shared key is expensive
 */
export function envelopes(curve: EnvelopeCurve, privateKey: Uint8Array, cacheSize = defaultCacheSize): Envelopes {
  const pair = createECDH(curve)
  pair.setPrivateKey(privateKey)
  const channels = boundedCache<Envelope>(cacheSize)
  return {
    curve,
    publicKey: publicKeyOf(curve, privateKey),
    with: (publicKey) => channels.get(publicKey, () => deriveChannel((point) => pair.computeSecret(point), publicKey)),
  }
}

function deriveChannel(computeSecret: (point: Uint8Array) => Buffer, publicKey: string): Envelope {
  const coordinates = readPublicKey(publicKey)
  const point = Buffer.concat([Buffer.of(4), coordinates])
  const key = createSecretKey(orInvalidKey(() => computeSecret(point)))
  return {
    publicKey: point.toString('base64', 1),
    caller: point.toString('base64url', 1, 33),
    seal: (plaintext) => encrypt(key, plaintext),
    open: (text) => decrypt(key, text),
  }
}

function orInvalidKey<T>(compute: () => T): T {
  try {
    return compute()
  } catch (cause) {
    throw new BillfoldError('envelope.invalid-key', { cause })
  }
}
