import list from '../../../data/common-passwords.txt?raw'
import { isHashable } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { isOpaqueString } from '../../kernel/precis.ts'

/** Split on first use: most processes never check a new password. */
let commonPasswords: ReadonlySet<string> | undefined

/**
 * Rejects passwords shorter than 8 or longer than 128 characters, and the 8,000 most used ones: in any case, and with up to
 * four trailing digits or punctuation marks (NIST SP 800-63B section 5.1.1.2). Rejects invisible and control characters, which
 * the user could not enter again elsewhere (RFC 8265 section 4, profile OpaqueString).
 * @throws BillfoldError `password.too-weak`
 */
export function assertPasswordPolicy(password: string): void {
  const characters = [...password].length
  if (characters < 8 || characters > 128 || !isHashable(password) || isCommon(password.toLowerCase()))
    throw new BillfoldError('password.too-weak')
  if (!isOpaqueString(password))
    throw new BillfoldError('password.too-weak', {
      message: 'The password has characters that not every keyboard writes alike',
    })
}

function isCommon(password: string): boolean {
  commonPasswords ??= new Set(list.trimEnd().split(/\r?\n/))
  return (
    commonPasswords.has(password) ||
    commonPasswords.has(password.replace(/[\d\W_]{1,4}$/u, '')) ||
    new Set(password).size < 3
  )
}
