import { BillfoldError } from '../../kernel/errors.ts'
import { normalizeUsername } from '../../kernel/precis.ts'

/** Kinds of user identifier. */
export type IdentifierKind = 'did' | 'public-key' | 'account' | 'email' | 'phone' | 'username'

/** Maximum length of an identifier before normalization, in UTF-8 bytes. */
export const maxIdentifierBytes = 512

interface Format {
  readonly pattern: RegExp
  /** Returns undefined if the value is not valid, although it has the pattern. */
  readonly normalize: (value: string) => string | undefined
}

/** What may stand in or around a phone number: spaces of any kind, tabs, hyphens and dashes, and direction marks, which copying adds. */
const phoneSeparators = /[\p{Zs}\t()./\p{Pd}\u2212\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu

const emailPattern = /^(?!.*[\p{Default_Ignorable_Code_Point}\p{Cc}])[^\s@]{1,64}@[^\s@]{1,255}$/su

/** Pattern and normal form of each kind of identifier. */
const formats: Readonly<Record<IdentifierKind, Format>> = {
  did: { pattern: /^did:[a-z0-9]+:[!-~]+$/, normalize: normalizeDid },
  // Printable ASCII without spaces, since some curves use hex and others base64. Hex is case-insensitive.
  'public-key': {
    pattern: /^[!-~]+$/,
    normalize: (value) => (/^(0x)?[0-9a-f]+$/i.test(value) ? value.replace(/^0x/i, '').toLowerCase() : value),
  },
  // CAIP-10: a contract account, which has no public key, on one chain.
  account: { pattern: /^eip155:[1-9][0-9]{0,14}:0x[0-9a-fA-F]{40}$/, normalize: (value) => value.toLowerCase() },
  // Deliberately looser than RFC 5321: one @ between two parts without spaces. Mail servers ignore case in practice. Invisible
  // characters would let two addresses look alike.
  email: { pattern: /@/, normalize: normalizeEmail },
  // E.164: 3 to 15 digits, in any script that keyboards have; also as a tel URI (RFC 3966).
  phone: { pattern: /^/, normalize: normalizePhone },
  // RFC 8265. Without @, so that no username is an email.
  username: { pattern: /^[^@]{1,128}$/u, normalize: normalizeUsername },
}

/** DID methods whose identifier ends in an Ethereum address or a public key in hex. Their registries use lower case. */
const hexMethods = /^did:(?:ethr|eth|spherity):/

/**
 * Normalizes a DID: did:ethr and its relatives to lower case, since wallets write checksummed addresses (ERC-55), and the older spelling
 * did:eth to did:ethr. In other methods case is significant (DID Core section 3.1).
 */
export function normalizeDid(did: string): string {
  return hexMethods.test(did) ? did.toLowerCase().replace(/^did:eth:/, 'did:ethr:') : did
}

/**
 * Normalizes an identifier, so that different spellings of it (case, spaces, `0x`) are equal.
 * @throws BillfoldError `input.invalid` if the value is not a valid identifier of this kind
 */
export function normalizeIdentifier(kind: IdentifierKind, value: string): string {
  const { pattern, normalize } = formats[kind]
  const bytes = new TextEncoder().encode(value).length
  const normalized = bytes <= maxIdentifierBytes && pattern.test(value) ? normalize(value) : undefined
  if (normalized === undefined)
    throw new BillfoldError('input.invalid', { issues: [{ path: kind, message: `Not a valid ${kind}` }] })
  return normalized
}

/** Spaces around an address are of the keyboard. The normal form is checked, because some characters turn into spaces or a second @. */
function normalizeEmail(value: string): string | undefined {
  const normalized = value.normalize('NFKC').trim().toLowerCase()
  return emailPattern.test(normalized) ? normalized : undefined
}

/** Returns the digits of a phone number, without the plus sign: `12025550100`. */
function normalizePhone(value: string): string | undefined {
  const text = value.normalize('NFKC').replace(/^tel:/i, '').replaceAll(phoneSeparators, '')
  const digits = text.replace(/^\+/, '').replaceAll(/[\u0660-\u0669\u06f0-\u06f9]/g, toAsciiDigit)
  return /^[0-9]{3,15}$/.test(digits) ? digits : undefined
}

/** The digits of both Arabic blocks stand at the positions 0 to 9 of their sixteen. */
function toAsciiDigit(digit: string): string {
  return String(digit.charCodeAt(0) % 16)
}
