import { base64ToBytes, bytesToBase64 } from './base64.ts'
import { clientCurves } from './curve.ts'
import { type ClientKeyPair, decodePrivateKey } from './key-pair.ts'

/** The client's end of the secure channel (ECDH and AES-256-GCM) between two key pairs. */
export interface ClientSecureChannel {
  /** Encrypts text. Returns padded base64 of iv (16 bytes) ‖ ciphertext ‖ tag (16 bytes). */
  readonly encrypt: (text: string) => Promise<string>
  /** Decrypts text from the other end. @throws Error if it was not encrypted for this channel */
  readonly decrypt: (text: string) => Promise<string>
}

const ivBytes = 16
const tagBytes = 16

/**
 * Creates the secure channel between a key pair and a public key: AES-256-GCM with the X coordinate of ECDH as key. It uses
 * WebCrypto, which browsers provide on HTTPS and localhost only.
 *
 * @param pair the key pair of this end
 * @param otherPublicKey the public key of the other end: base64 of X ‖ Y, 64 bytes
 * @throws TypeError if the public key is not a point of the curve
 */
export async function createClientSecureChannel(
  pair: ClientKeyPair,
  otherPublicKey: string,
): Promise<ClientSecureChannel> {
  const { subtle } = globalThis.crypto
  const secret = sharedSecret(pair, otherPublicKey)
  const key = await subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt', 'decrypt'])
  return {
    encrypt: async (text) => {
      const iv = globalThis.crypto.getRandomValues(new Uint8Array(ivBytes))
      const ciphertext = await subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(text))
      const bytes = new Uint8Array(ivBytes + ciphertext.byteLength)
      bytes.set(iv)
      bytes.set(new Uint8Array(ciphertext), ivBytes)
      return bytesToBase64(bytes)
    },
    decrypt: async (text) => {
      const bytes = base64ToBytes(text)
      if (bytes.length < ivBytes + tagBytes) throw new TypeError('The ciphertext is too short')
      const iv = bytes.slice(0, ivBytes)
      const plaintext = await subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes.slice(ivBytes))
      return new TextDecoder('utf-8', { fatal: true }).decode(plaintext)
    },
  }
}

/** Computes the X coordinate of ECDH: 32 bytes, including leading zeros. */
function sharedSecret({ curve, privateKey }: ClientKeyPair, otherPublicKey: string): Uint8Array<ArrayBuffer> {
  const coordinates = base64ToBytes(otherPublicKey)
  if (coordinates.length !== 64) throw new TypeError('A public key must be base64 of 64 bytes')
  const point = new Uint8Array(65)
  point[0] = 4
  point.set(coordinates, 1)
  try {
    const shared = clientCurves[curve].getSharedSecret(decodePrivateKey(privateKey, curve), point, true)
    return Uint8Array.from(shared.subarray(1))
  } catch (cause) {
    throw new TypeError(`The public key is not a point of ${curve}`, { cause })
  }
}
