import { BillfoldError } from '../errors.ts'
import { isHashable } from '../crypto/index.ts'
import { commonPasswordList } from './common-password-list.ts'

let common: ReadonlySet<string> | undefined

/**
 * Refuses passwords that nobody should have: shorter than 8 or longer than 128 characters, or among the most used, in any case
 * and with digits or signs at the end (NIST SP 800-63B section 5.1.1.2).
 * @throws BillfoldError `password.unfit`
 */
export function assertFitPassword(password: string): void {
  const characters = [...password].length
  if (characters < 8 || characters > 128 || !isHashable(password) || isCommon(password.toLowerCase()))
    throw new BillfoldError('password.unfit')
}

function isCommon(password: string): boolean {
  common ??= new Set(commonPasswordList.split(' '))
  return common.has(password) || common.has(password.replace(/[\d\W_]{1,4}$/u, '')) || new Set(password).size < 3
}
