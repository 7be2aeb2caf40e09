import { keccak_256 } from '@noble/hashes/sha3.js'
import { secp256k1 } from '../crypto/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'

/** What a signature looks like: 0x, r, s and v in hex, v being 00, 01, 1b or 1c. */
export const signaturePattern = /^0x[0-9a-f]{128}(?:0[01]|1[bc])$/i

/**
 * The public key, 65 bytes, whose holder signed a message as Ethereum's `personal_sign` does (EIP-191 version 45), over the UTF-8
 * bytes of the text.
 * @param signature as {@link signaturePattern} says
 * @throws BillfoldError `login.refused` for the higher s (EIP-2), and where there is no such key
 */
export function personalSigner(message: string, signature: string): Uint8Array {
  const bytes = Buffer.from(signature.slice(2), 'hex')
  const v = bytes[64] ?? 0
  try {
    return secp256k1.recover(personalHash(message), {
      r: bytes.subarray(0, 32),
      s: bytes.subarray(32, 64),
      recovery: v % 27,
    })
  } catch (cause) {
    if (!isBillfoldError(cause, 'crypto.invalid-signature')) throw cause
    throw new BillfoldError('login.refused', { cause })
  }
}

/** The hash that `personal_sign` signs. */
export function personalHash(message: string): Uint8Array {
  const bytes = Buffer.from(message)
  return keccak_256(Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes]))
}
