import { fromBase64, toBase64 } from './base64.ts'
import { curves } from './curve.ts'
import { type KeyPair, privateBytes } from './key-pair.ts'

/** What two key pairs send each other, encrypted. */
export interface ClientEnvelope {
  /** Encrypts text: padded base64 of iv (16 bytes), ciphertext and tag (16 bytes). */
  readonly encrypt: (text: string) => Promise<string>
  /** Decrypts what the other side encrypted. @throws Error for anything else */
  readonly decrypt: (text: string) => Promise<string>
}

const ivBytes = 16
const tagBytes = 16

/**
 * The envelope that a key pair shares with the other side's public key (base64 of X and Y, 64 bytes): AES-256-GCM under the X coordinate
 * of ECDH, through WebCrypto, which browsers have on HTTPS and localhost only.
 * @throws TypeError for a public key that is none of the curve
 */
export async function clientEnvelope(pair: KeyPair, otherPublicKey: string): Promise<ClientEnvelope> {
  const { subtle } = globalThis.crypto
  const secret = sharedSecret(pair, otherPublicKey)
  const key = await subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt', 'decrypt'])
  return {
    encrypt: async (text) => {
      const iv = globalThis.crypto.getRandomValues(new Uint8Array(ivBytes))
      const sealed = await subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode(text))
      const bytes = new Uint8Array(ivBytes + sealed.byteLength)
      bytes.set(iv)
      bytes.set(new Uint8Array(sealed), ivBytes)
      return toBase64(bytes)
    },
    decrypt: async (text) => {
      const bytes = fromBase64(text)
      if (bytes.length < ivBytes + tagBytes) throw new TypeError('This is too short to have been encrypted')
      const iv = bytes.slice(0, ivBytes)
      const opened = await subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes.slice(ivBytes))
      return new TextDecoder('utf-8', { fatal: true }).decode(opened)
    },
  }
}

/** The X coordinate of ECDH, 32 bytes, its leading zeros kept. */
function sharedSecret({ curve, privateKey }: KeyPair, otherPublicKey: string): Uint8Array<ArrayBuffer> {
  const coordinates = fromBase64(otherPublicKey)
  if (coordinates.length !== 64) throw new TypeError('This is not a public key')
  const point = new Uint8Array(65)
  point[0] = 4
  point.set(coordinates, 1)
  try {
    const shared = curves[curve].getSharedSecret(privateBytes(privateKey, curve), point, true)
    return Uint8Array.from(shared.subarray(1))
  } catch (cause) {
    throw new TypeError('This is not a public key of the curve', { cause })
  }
}
