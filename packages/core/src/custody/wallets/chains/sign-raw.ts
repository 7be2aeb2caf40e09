import { secp256k1 } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { ChainCurve, HexSignature } from './chain.ts'
import { formatEcdsaSignature } from './ecdsa-signature.ts'
import { signEd25519 } from './ed25519.ts'
import { bytesToHex } from './hex.ts'

/** The maximum size of data signed raw with an ed25519 key, in bytes. */
const maxBytes = 64 * 1024

/**
 * Signs raw bytes (hex with or without `0x`) without a prefix that would distinguish them from a transaction: a 32-byte hash
 * on secp256k1 (deterministic, RFC 6979, low s, v is 27 or 28), up to 64 KiB on ed25519 (RFC 8032 section 5.1.6).
 * @throws BillfoldError `input.invalid`
 */
export function signRaw(curve: ChainCurve, data: string, privateKey: Uint8Array): HexSignature {
  const bytes = parseRawBytes(data)
  if (curve === 'ed25519') return { type: 'HEX_SIGNATURE', signature: bytesToHex(signEd25519(bytes, privateKey)) }
  if (bytes.length !== 32) throw invalid('must be a 32-byte hash on this chain')
  return formatEcdsaSignature(secp256k1.sign(bytes, privateKey), 27)
}

function parseRawBytes(data: string): Uint8Array {
  const digits = data.startsWith('0x') ? data.slice(2) : data
  if (digits.length === 0 || digits.length > 2 * maxBytes || !/^([0-9a-fA-F]{2})*$/.test(digits))
    throw invalid('must be hex of 1 to 65,536 bytes')
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

function invalid(message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path: 'data', message }] })
}
