import { type RecoverableSignature, secp256k1 } from '../../../kernel/crypto/index.ts'
import type { HexSignature } from './chain.ts'
import { hexToBytes, bytesToHex } from './hex.ts'

/** Formats an ECDSA signature in hex. `base` is added to the recovery id to give v (27 on most chains). */
export function formatEcdsaSignature({ r, s, recovery }: RecoverableSignature, base: number): HexSignature {
  const v = Uint8Array.of(base + recovery)
  return {
    type: 'HEX_SIGNATURE',
    r: bytesToHex(r),
    s: bytesToHex(s),
    v: bytesToHex(v),
    signature: bytesToHex(Buffer.concat([r, s, v])),
  }
}

/** Splits 65 bytes of hex into r, s and v, or returns undefined if the text is malformed. */
export function parseEcdsaSignature(
  text: string,
): { readonly r: Uint8Array; readonly s: Uint8Array; readonly v: number } | undefined {
  const bytes = hexToBytes(text, 65)
  return bytes && { r: bytes.slice(0, 32), s: bytes.slice(32, 64), v: bytes[64] ?? 0 }
}

/** Recovers the public key (65 bytes) that signed a hash, or returns undefined if no key can have. */
export function recoverPublicKey(hash: Uint8Array, signature: RecoverableSignature): Uint8Array | undefined {
  try {
    return secp256k1.recoverPublicKey(hash, signature)
  } catch {
    return undefined
  }
}
