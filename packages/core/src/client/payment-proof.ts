import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, bytesToNumberBE, concatBytes, hexToBytes } from '@noble/curves/utils.js'

/** The payment that a proof is bound to, with each string exactly as it is sent to the API. */
export interface PaymentProofContext {
  /** The payment's session id. */
  readonly session: string
  readonly amount: string
  /** The sender's phone: `from_phone`. */
  readonly from: string
  /** The phone of the receiver, who is the prover: `to_mobile`. */
  readonly to: string
}

const { Point } = secp256k1
const order = Point.Fn.ORDER

/**
 * Creates a non-interactive Schnorr proof of possession of a private key (RFC 8235 section 3.3) on secp256k1 with SHA-256. The
 * challenge hashes G, V, A, the prover's id and the context, each prefixed with its length in four bytes; points are compressed
 * (SEC 1 section 2.3.3).
 *
 * @param privateKey 32 bytes
 * @param context the payment that the proof is bound to
 * @param nonce 32 bytes, for test vectors only. Reusing a nonce reveals the private key
 * @returns 130 hex digits: V (33 bytes) ‖ r (32 bytes)
 * @throws RangeError if the private key or the nonce is not between 1 and the group order minus 1
 *
 * @example
 * ```ts
 * import { provePaymentKey } from '@billfold/core/client'
 *
 * const privateKey = crypto.getRandomValues(new Uint8Array(32))
 * const context = { session: '0190f3', amount: '12.50', from: '+4912345', to: '+4954321' }
 * console.log(provePaymentKey(privateKey, context))
 * ```
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
 * Verifies a proof of {@link provePaymentKey}: V = G r + A c. Returns false for malformed input, points off the curve and
 * infinity.
 *
 * @param proof 130 hex digits
 * @param publicKey the public key of the prover, 33 bytes (compressed)
 * @param context the payment that the proof must be bound to
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

/** Computes the challenge, reduced modulo the group order. */
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
  return Point.Fn.create(bytesToNumberBE(sha256(concatBytes(...parts.map(prefixLength)))))
}

function prefixLength(part: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, part.length)
  return concatBytes(length, part)
}

function scalar(bytes: Uint8Array): bigint {
  const number = bytes.length === 32 ? bytesToNumberBE(bytes) : 0n
  if (number < 1n || number >= order)
    throw new RangeError('A secp256k1 scalar must be 32 bytes between 1 and the group order minus 1')
  return number
}
