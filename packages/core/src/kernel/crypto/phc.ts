import { BillfoldError } from '../errors.ts'
import { type ScryptCost, formatScryptCost, parseScryptCost } from './scrypt-cost.ts'
import { isKeyId } from './keyring.ts'

/** A hashed secret with all parameters needed to hash another one for comparison. */
export interface PhcHash {
  readonly cost: ScryptCost
  /** The id of the keyring key that the pepper is derived from. */
  readonly keyId: string
  /** 16 to 64 bytes. */
  readonly salt: Uint8Array
  /** 32 bytes. */
  readonly hash: Uint8Array
}

const maxLength = 256
const pattern = /^\$scrypt\$(ln=\d+,r=\d+,p=\d+),keyid=([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/**
 * Formats a hash as a PHC string: `$scrypt$ln=15,r=8,p=1,keyid=MjAyNmE$<salt>$<hash>`, with key id, salt and hash in unpadded
 * base64.
 */
export function formatPhc({ cost, keyId, salt, hash }: PhcHash): string {
  return `$scrypt$${formatScryptCost(cost)},keyid=${encodeUnpadded(Buffer.from(keyId, 'latin1'))}$${encodeUnpadded(salt)}$${encodeUnpadded(hash)}`
}

/**
 * Parses the output of {@link formatPhc}, and nothing else: all parameters are required, in this order and in canonical form,
 * and the cost must be within the limits of {@link isAllowedScryptCost}.
 * @throws BillfoldError `sealed.invalid`
 */
export function parsePhc(text: string): PhcHash {
  const [, cost, keyId, salt, hash] = (text.length <= maxLength ? pattern.exec(text) : undefined) ?? []
  if (cost === undefined || keyId === undefined || salt === undefined || hash === undefined) throw malformed()
  const parsed: PhcHash = {
    cost: parseScryptCost(cost),
    keyId: decodeUnpadded(keyId).toString('latin1'),
    salt: decodeUnpadded(salt),
    hash: decodeUnpadded(hash),
  }
  if (!isKeyId(parsed.keyId) || parsed.hash.length !== 32) throw malformed()
  if (parsed.salt.length < 16 || parsed.salt.length > 64) throw malformed()
  return parsed
}

function encodeUnpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}

/** Rejects non-canonical base64, whose unused trailing bits are not zero. */
function decodeUnpadded(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (encodeUnpadded(bytes) !== text) throw malformed()
  return bytes
}

function malformed(): BillfoldError {
  return new BillfoldError('sealed.invalid')
}
