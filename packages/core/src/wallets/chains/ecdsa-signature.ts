import { type RecoverableSignature, secp256k1 } from '../../crypto/index.ts'
import type { HexSignature } from './chain.ts'
import { bytesOfHex, hexOf } from './hex.ts'

/** Formats an ECDSA signature in hex. `base` is added to the recovery id to give v (27 on most chains). */
export function ecdsaSignature({ r, s, recovery }: RecoverableSignature, base: number): HexSignature {
  const v = Uint8Array.of(base + recovery)
  return {
    type: 'HEX_SIGNATURE',
    r: hexOf(r),
    s: hexOf(s),
    v: hexOf(v),
    signature: hexOf(Buffer.concat([r, s, v])),
  }
}

/** Splits 65 bytes of hex into r, s and v, or returns undefined if the text is malformed. */
export function splitSignature(
  text: string,
): { readonly r: Uint8Array; readonly s: Uint8Array; readonly v: number } | undefined {
  const bytes = bytesOfHex(text, 65)
  return bytes && { r: bytes.slice(0, 32), s: bytes.slice(32, 64), v: bytes[64] ?? 0 }
}

/** Recovers the public key (65 bytes) that signed a hash, or returns undefined if no key can have. */
export function signerOf(hash: Uint8Array, signature: RecoverableSignature): Uint8Array | undefined {
  try {
    return secp256k1.recover(hash, signature)
  } catch {
    return undefined
  }
}
