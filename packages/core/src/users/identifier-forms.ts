import { BillfoldError } from '../errors.ts'

/** What users are known by. */
export type IdentifierKind = 'did' | 'public-key' | 'email' | 'phone' | 'username'

/** Most bytes of an identifier as it is given, in UTF-8. */
export const mostIdentifierBytes = 512

interface Form {
  readonly pattern: RegExp
  readonly toOneForm: (value: string) => string
}

const asGiven = (value: string): string => value

/** How each kind looks, and the one form that two ways to write the same one have in common. */
const forms: Readonly<Record<IdentifierKind, Form>> = {
  did: { pattern: /^did:[a-z0-9]+:[!-~]+$/, toOneForm: asGiven },
  // 1 to 512 printable characters: hex of one curve, base64 of another; hex has no case.
  'public-key': {
    pattern: /^[!-~]+$/,
    toOneForm: (value) => (/^(0x)?[0-9a-f]+$/i.test(value) ? value.replace(/^0x/i, '').toLowerCase() : value),
  },
  // No more of RFC 5321 than everybody keeps: one @ between two parts without spaces. Case is nobody's, in practice.
  email: { pattern: /^[^\s@]{1,64}@[^\s@]{1,255}$/u, toOneForm: (value) => value.normalize('NFKC').toLowerCase() },
  // E.164, with the ways to group digits left out: 3 to 15 digits.
  phone: {
    pattern: /^\+?[0-9](?:[ ().-]*[0-9]){2,14}$/,
    toOneForm: (value) => value.replace(/[^0-9]/g, ''),
  },
  username: { pattern: /^[^\s@][^@\p{Cc}]{0,127}$/u, toOneForm: (value) => value.normalize('NFKC').toLowerCase() },
}

/**
 * The one form of an identifier, by which it is unique and found.
 * @throws BillfoldError `input.invalid` for what cannot be one of its kind
 */
export function oneForm(kind: IdentifierKind, value: string): string {
  const { pattern, toOneForm } = forms[kind]
  const bytes = new TextEncoder().encode(value).length
  if (bytes > mostIdentifierBytes || !pattern.test(value)) {
    throw new BillfoldError('input.invalid', { issues: [{ path: kind, message: `This is no ${kind}` }] })
  }
  return toOneForm(value)
}
