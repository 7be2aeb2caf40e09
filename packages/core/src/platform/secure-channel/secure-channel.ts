import { createSecretKey } from 'node:crypto'
import { createEcdh } from '../../kernel/crypto/ecdh.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { createLruCache } from './lru-cache.ts'
import { decryptMessage, encryptMessage } from './message-cipher.ts'
import type { SecureChannelCurve } from './curve.ts'
import { parseChannelPublicKey } from './channel-keys.ts'

/** Encrypts and decrypts messages between two key pairs: ECDH key agreement and AES-256-GCM. */
export interface SecureChannel {
  /** The other side's public key: padded base64 of X and Y. */
  readonly publicKey: string
  /**
   * Identifies the other side: the X coordinate of its public key, 43 characters of base64url. The key with the same X and the other Y
   * derives the same shared key, and so counts as the same caller.
   */
  readonly callerKey: string
  /** Encrypts text or bytes for the other side. Returns padded base64. */
  readonly encrypt: (plaintext: string | Uint8Array) => string
  /** Decrypts a message from the other side: base64 or base64url. @throws BillfoldError `channel.invalid` */
  readonly decrypt: (text: string) => Uint8Array
}

/** The secure channels of one of our key pairs, by the other side's public key. */
export interface SecureChannels {
  readonly curve: SecureChannelCurve
  /** Our public key: padded base64 of X and Y. */
  readonly publicKey: string
  /**
   * Returns the channel with another public key: base64 or base64url of X and Y.
   * @throws BillfoldError `channel.invalid-key` if the key is not a point of the curve
   */
  readonly channelWith: (publicKey: string) => SecureChannel
}

/** The default number of cached channels per key pair; each takes about half a kilobyte. */
const defaultCacheSize = 10_000

/**
 * Creates the secure channels of a private key (32 bytes). The shared key is the X coordinate of ECDH (SEC 1 section 3.3.1), all 32
 * bytes, used directly as the AES-256-GCM key without a KDF, as existing clients require.
 * @param cacheSize the maximum number of cached channels; computing a shared key is expensive
 */
export function createSecureChannels(
  curve: SecureChannelCurve,
  privateKey: Uint8Array,
  cacheSize = defaultCacheSize,
): SecureChannels {
  const pair = createEcdh(curve, privateKey)
  const channels = createLruCache<SecureChannel>(cacheSize)
  return {
    curve,
    publicKey: Buffer.from(pair.publicKey.subarray(1)).toString('base64'),
    channelWith: (publicKey) =>
      channels.getOrCreate(publicKey, () => deriveChannel((point) => pair.computeSecret(point), publicKey)),
  }
}

function deriveChannel(computeSecret: (point: Uint8Array) => Uint8Array, publicKey: string): SecureChannel {
  const coordinates = parseChannelPublicKey(publicKey)
  const point = Buffer.concat([Buffer.of(4), coordinates])
  const key = createSecretKey(orInvalidKey(() => computeSecret(point)))
  return {
    publicKey: point.toString('base64', 1),
    callerKey: point.toString('base64url', 1, 33),
    encrypt: (plaintext) => encryptMessage(key, plaintext),
    decrypt: (text) => decryptMessage(key, text),
  }
}

function orInvalidKey<T>(compute: () => T): T {
  try {
    return compute()
  } catch (cause) {
    throw new BillfoldError('channel.invalid-key', { cause })
  }
}
