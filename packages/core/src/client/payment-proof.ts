import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, bytesToNumberBE, concatBytes, hexToBytes } from '@noble/curves/utils.js'

/** What a proof is bound to, each text exactly as it is sent. */
export interface PaymentProofContext {
  /** The payment's session id. */
  readonly session: string
  readonly amount: string
  /** The sender's phone: `from_phone`. */
  readonly from: string
  /** The receiver's phone: `to_mobile`, who proves. */
  readonly to: string
}

const { Point } = secp256k1
const order = Point.Fn.ORDER

/**
 * Proves to hold a private key without showing it: a Schnorr proof that needs no answer (RFC 8235 section 3.3) on secp256k1 with
 * SHA-256. The challenge is the hash of G, V, A, the prover's id and the context, each behind its length in four bytes; points are
 * compressed (SEC 1 section 2.3.3). 130 hex digits: V (33 bytes) and r (32 bytes). `nonce`, 32 bytes, is for test vectors only:
 * used twice, it gives the private key away.
 * @throws RangeError for a private key or a nonce that is not a number from 1 to the order less 1
 */
export function provePaymentKey(privateKey: Uint8Array, context: PaymentProofContext, nonce?: Uint8Array): string {
  const secret = scalar(privateKey)
  const chosen = scalar(nonce ?? secp256k1.utils.randomSecretKey())
  const commitment = Point.BASE.multiply(chosen).toBytes(true)
  const publicKey = Point.BASE.multiply(secret).toBytes(true)
  const c = challenge(commitment, publicKey, context)
  const r = Point.Fn.create(chosen - Point.Fn.mul(secret, c))
  return bytesToHex(concatBytes(commitment, Point.Fn.toBytes(r)))
}

/**
 * Whether a proof of {@link provePaymentKey} was made with this key (compressed, 33 bytes) for this context: V = G r + A c.
 * False for anything malformed, for points that are not on the curve and for infinity.
 */
export function verifyPaymentProof(proof: string, publicKey: Uint8Array, context: PaymentProofContext): boolean {
  if (!/^[0-9a-f]{130}$/i.test(proof)) return false
  try {
    const bytes = hexToBytes(proof)
    const commitment = Point.fromBytes(bytes.subarray(0, 33))
    const r = bytesToNumberBE(bytes.subarray(33))
    const key = Point.fromBytes(publicKey)
    key.assertValidity()
    commitment.assertValidity()
    if (r >= order) return false
    const c = challenge(bytes.subarray(0, 33), key.toBytes(true), context)
    const sum = Point.BASE.multiplyUnsafe(r).add(key.multiplyUnsafe(c))
    return sum.equals(commitment)
  } catch {
    return false
  }
}

/** The challenge, a number below the order. */
function challenge(
  commitment: Uint8Array,
  publicKey: Uint8Array,
  { session, amount, from, to }: PaymentProofContext,
): bigint {
  const parts = [
    Point.BASE.toBytes(true),
    commitment,
    publicKey,
    new TextEncoder().encode(to),
    new TextEncoder().encode('billfold payment'),
    new TextEncoder().encode(session),
    new TextEncoder().encode(amount),
    new TextEncoder().encode(from),
  ]
  return Point.Fn.create(bytesToNumberBE(sha256(concatBytes(...parts.map(withLength)))))
}

function withLength(part: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, part.length)
  return concatBytes(length, part)
}

function scalar(bytes: Uint8Array): bigint {
  const number = bytes.length === 32 ? bytesToNumberBE(bytes) : 0n
  if (number < 1n || number >= order) throw new RangeError('This is no private key of secp256k1')
  return number
}
