import { BillfoldError } from '../errors.ts'
import { type Cost, formatCost, parseCost } from './cost.ts'
import { isKeyId } from './keyring.ts'

/** A hashed secret, and all that it takes to hash another one the same way. */
export interface PhcHash {
  readonly cost: Cost
  /** The id of the key in the keyring that the pepper comes from. */
  readonly keyId: string
  /** 16 to 64 bytes. */
  readonly salt: Uint8Array
  /** 32 bytes. */
  readonly hash: Uint8Array
}

const longest = 256
const pattern = /^\$scrypt\$(ln=\d+,r=\d+,p=\d+),keyid=([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/**
 * A hash in the PHC string format: `$scrypt$ln=15,r=8,p=1,keyid=MjAyNmE$<salt>$<hash>`, the key id, salt and hash in
 * base64 without padding.
 */
export function formatPhc({ cost, keyId, salt, hash }: PhcHash): string {
  return `$scrypt$${formatCost(cost)},keyid=${toBase64(Buffer.from(keyId, 'latin1'))}$${toBase64(salt)}$${toBase64(hash)}`
}

/**
 * Reads what {@link formatPhc} wrote, and nothing else: every parameter there, in that order, in its one spelling, and
 * within the limits of a cost.
 * @throws BillfoldError `sealed.invalid`
 */
export function parsePhc(text: string): PhcHash {
  const [, cost, keyId, salt, hash] = (text.length <= longest ? pattern.exec(text) : undefined) ?? []
  if (cost === undefined || keyId === undefined || salt === undefined || hash === undefined) throw malformed()
  const parsed: PhcHash = {
    cost: parseCost(cost),
    keyId: fromBase64(keyId).toString('latin1'),
    salt: fromBase64(salt),
    hash: fromBase64(hash),
  }
  if (!isKeyId(parsed.keyId) || parsed.hash.length !== 32) throw malformed()
  if (parsed.salt.length < 16 || parsed.salt.length > 64) throw malformed()
  return parsed
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '')
}

/** Refuses a spelling whose unused last bits are not zero, which decodes to the same bytes as the right one. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64')
  if (toBase64(bytes) !== text) throw malformed()
  return bytes
}

function malformed(): BillfoldError {
  return new BillfoldError('sealed.invalid')
}
