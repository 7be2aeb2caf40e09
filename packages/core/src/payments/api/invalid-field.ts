import { BillfoldError } from '../../kernel/errors.ts'

/** An error about the value of a field. */
export function invalidField(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
