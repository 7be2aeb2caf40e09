import { BillfoldError } from '../../kernel/errors.ts'

/** Kinds of user identifier. */
export type IdentifierKind = 'did' | 'public-key' | 'account' | 'email' | 'phone' | 'username'

/** Maximum length of an identifier before normalization, in UTF-8 bytes. */
export const maxIdentifierBytes = 512

interface Format {
  readonly pattern: RegExp
  readonly normalize: (value: string) => string
}

const identity = (value: string): string => value

/** Pattern and normal form of each kind of identifier. */
const formats: Readonly<Record<IdentifierKind, Format>> = {
  did: { pattern: /^did:[a-z0-9]+:[!-~]+$/, normalize: identity },
  // Printable ASCII without spaces, since some curves use hex and others base64. Hex is case-insensitive.
  'public-key': {
    pattern: /^[!-~]+$/,
    normalize: (value) => (/^(0x)?[0-9a-f]+$/i.test(value) ? value.replace(/^0x/i, '').toLowerCase() : value),
  },
  // CAIP-10: a contract account, which has no public key, on one chain.
  account: { pattern: /^eip155:[1-9][0-9]{0,14}:0x[0-9a-fA-F]{40}$/, normalize: (value) => value.toLowerCase() },
  // Deliberately looser than RFC 5321: one @ between two parts without spaces. Mail servers ignore case in practice.
  email: { pattern: /^[^\s@]{1,64}@[^\s@]{1,255}$/u, normalize: (value) => value.normalize('NFKC').toLowerCase() },
  // E.164: 3 to 15 digits. Common separators are removed.
  phone: {
    pattern: /^\+?[0-9](?:[ ().-]*[0-9]){2,14}$/,
    normalize: (value) => value.replace(/[^0-9]/g, ''),
  },
  username: { pattern: /^[^\s@][^@\p{Cc}]{0,127}$/u, normalize: (value) => value.normalize('NFKC').toLowerCase() },
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
