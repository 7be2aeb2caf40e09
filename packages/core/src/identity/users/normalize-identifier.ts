import { BillfoldError } from '../../kernel/errors.ts'

/** Kinds of user identifier. */
export type IdentifierKind = 'did' | 'public-key' | 'email' | 'phone' | 'username'

/** Maximum length of an identifier before normalization, in UTF-8 bytes. */
export const maxIdentifierBytes = 512

interface Format {
  readonly pattern: RegExp
  readonly normalize: (value: string) => string
}

/** Pattern and normal form of each kind of identifier. */
const formats: Readonly<Record<IdentifierKind, Format>> = {
  did: { pattern: /^did:[a-z0-9]+:[!-~]+$/, normalize: normalizeDid },
  // Printable ASCII without spaces, since some curves use hex and others base64. Hex is case-insensitive.
  'public-key': {
    pattern: /^[!-~]+$/,
    normalize: (value) => (/^(0x)?[0-9a-f]+$/i.test(value) ? value.replace(/^0x/i, '').toLowerCase() : value),
  },
  // Deliberately looser than RFC 5321: one @ between two parts without spaces. Mail servers ignore case in practice.
  email: { pattern: /^[^\s@]{1,64}@[^\s@]{1,255}$/u, normalize: (value) => value.normalize('NFKC').toLowerCase() },
  // E.164: 3 to 15 digits. Common separators are removed.
  phone: {
    pattern: /^\+?[0-9](?:[ ().-]*[0-9]){2,14}$/,
    normalize: (value) => value.replace(/[^0-9]/g, ''),
  },
  username: { pattern: /^[^\s@][^@\p{Cc}]{0,127}$/u, normalize: (value) => value.normalize('NFKC').toLowerCase() },
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
  if (bytes > maxIdentifierBytes || !pattern.test(value)) {
    throw new BillfoldError('input.invalid', { issues: [{ path: kind, message: `Not a valid ${kind}` }] })
  }
  return normalize(value)
}
