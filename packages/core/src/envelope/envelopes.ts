import { createECDH, createSecretKey } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { boundedCache } from './bounded-cache.ts'
import { decrypt, encrypt } from './cipher.ts'
import type { EnvelopeCurve } from './curve.ts'
import { publicKeyOf, readPublicKey } from './keys.ts'

/** What two key pairs send each other is encrypted under the key that they share. */
export interface Envelope {
  /** The other side's public key: padded base64 of X and Y. */
  readonly publicKey: string
  /**
   * What to remember the other side by: X alone, 43 characters of base64url. The key with the same X and the other Y shares the same
   * key with us, and so is the same caller.
   */
  readonly caller: string
  /** Encrypts text, or bytes, for the other side: padded base64. */
  readonly seal: (plaintext: string | Uint8Array) => string
  /** Decrypts what the other side encrypted. @throws BillfoldError `envelope.invalid` */
  readonly open: (text: string) => Uint8Array
}

/** The envelopes of one key pair. */
export interface Envelopes {
  readonly curve: EnvelopeCurve
  /** Our public key: padded base64 of X and Y. */
  readonly publicKey: string
  /**
   * The envelope that is shared with a public key, in base64 or base64url of X and Y.
   * @throws BillfoldError `envelope.invalid-key` for what is no point of the curve
   */
  readonly with: (publicKey: string) => Envelope
}

/** How many envelopes a key pair keeps, unless told otherwise; each is about half a kilobyte. */
const mostKept = 10_000

/**
 * The envelopes of a private key of 32 bytes. What is shared is the X coordinate of ECDH (SEC 1 section 3.3.1), all its 32 bytes, used
 * as the key of AES-256-GCM as it is: that is the format of the clients there are. It is computed once for each public key and then
 * kept, for the last `most` of them.
 */
export function envelopes(curve: EnvelopeCurve, privateKey: Uint8Array, most = mostKept): Envelopes {
  const pair = createECDH(curve)
  pair.setPrivateKey(privateKey)
  const kept = boundedCache<Envelope>(most)
  return {
    curve,
    publicKey: publicKeyOf(curve, privateKey),
    with: (publicKey) => kept.get(publicKey, () => shared((point) => pair.computeSecret(point), publicKey)),
  }
}

function shared(computeSecret: (point: Uint8Array) => Buffer, publicKey: string): Envelope {
  const coordinates = readPublicKey(publicKey)
  const point = Buffer.concat([Buffer.of(4), coordinates])
  const key = createSecretKey(attempt(() => computeSecret(point)))
  return {
    publicKey: point.toString('base64', 1),
    caller: point.toString('base64url', 1, 33),
    seal: (plaintext) => encrypt(key, plaintext),
    open: (text) => decrypt(key, text),
  }
}

function attempt<T>(compute: () => T): T {
  try {
    return compute()
  } catch (cause) {
    throw new BillfoldError('envelope.invalid-key', { cause })
  }
}
