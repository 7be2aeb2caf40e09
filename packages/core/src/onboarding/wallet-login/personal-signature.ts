import { keccak_256 } from '@noble/hashes/sha3.js'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../../kernel/errors.ts'

/** Signature format: `0x`, r, s and v in hex, where v is 00, 01, 1b or 1c. */
export const signaturePattern = /^0x[0-9a-f]{128}(?:0[01]|1[bc])$/i

/**
 * Recovers the public key that signed a message with `personal_sign` (EIP-191 version 0x45), over the UTF-8 bytes of the text.
 * @param signature in the format of {@link signaturePattern}
 * @returns the uncompressed public key, 65 bytes
 * @throws BillfoldError `login.failed` for a high s value (EIP-2) and for signatures from which no key can be recovered
 */
export function recoverPersonalSigner(message: string, signature: string): Uint8Array {
  const bytes = Buffer.from(signature.slice(2), 'hex')
  const v = bytes[64] ?? 0
  try {
    return secp256k1.recoverPublicKey(hashPersonalMessage(message), {
      r: bytes.subarray(0, 32),
      s: bytes.subarray(32, 64),
      recovery: v % 27,
    })
  } catch (cause) {
    if (!isBillfoldError(cause, 'crypto.invalid-signature')) throw cause
    throw new BillfoldError('login.failed', { cause })
  }
}

/** Computes the Keccak-256 hash that `personal_sign` signs (EIP-191 version 0x45). */
export function hashPersonalMessage(message: string): Uint8Array {
  const bytes = Buffer.from(message)
  return keccak_256(Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes]))
}
