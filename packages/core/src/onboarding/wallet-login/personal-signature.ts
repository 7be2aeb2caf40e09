import { keccak_256 } from '@noble/hashes/sha3.js'
import { type RecoverableSignature, secp256k1 } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'

/** Signature format: bytes in hex with `0x`, at most 8 KiB. Plain accounts sign 65 bytes, or 64 (ERC-2098); contracts sign anything. */
export const signaturePattern = /^0x(?:[0-9a-f]{2}){0,8192}$/i

/**
 * Recovers the public key that signed a message with `personal_sign` (EIP-191 version 0x45), over the UTF-8 bytes of the text.
 * @param signature r, s and v, where v is 00, 01, 1b or 1c, or the compact r and yParityAndS (ERC-2098)
 * @returns the uncompressed public key, 65 bytes; undefined for a high s value (EIP-2) and for signatures from which no key can be
 *   recovered
 */
export function recoverPersonalSigner(message: string, signature: string): Uint8Array | undefined {
  const parts = parseSignature(Buffer.from(signature.slice(2), 'hex'))
  if (parts === undefined) return undefined
  try {
    return secp256k1.recoverPublicKey(hashPersonalMessage(message), parts)
  } catch (cause) {
    if (!isBillfoldError(cause, 'crypto.invalid-signature')) throw cause
    return undefined
  }
}

function parseSignature(bytes: Uint8Array): RecoverableSignature | undefined {
  const [r, s] = [bytes.slice(0, 32), bytes.slice(32, 64)]
  const last = bytes.at(-1) ?? 0
  if (bytes.length === 65) return [0, 1, 27, 28].includes(last) ? { r, s, recovery: last % 27 } : undefined
  if (bytes.length !== 64) return undefined
  const first = s[0] ?? 0
  s[0] = first & 0x7f
  return { r, s, recovery: first >> 7 }
}

/** Computes the Keccak-256 hash that `personal_sign` signs (EIP-191 version 0x45). */
export function hashPersonalMessage(message: string): Uint8Array {
  const bytes = Buffer.from(message)
  return keccak_256(Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes]))
}
