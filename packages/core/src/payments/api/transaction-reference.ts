import { BillfoldError } from '../../kernel/errors.ts'
import { type EndpointFields, requiredField } from './fields.ts'

/** Parses a reference: 1 to 128 printable ASCII characters. @throws BillfoldError `field.missing`, `input.invalid` */
export function parseReference(fields: EndpointFields<'transaction_reference'>): string {
  const reference = requiredField(fields, 'transaction_reference')
  if (!/^[!-~]{1,128}$/.test(reference))
    throw new BillfoldError('input.invalid', {
      issues: [{ path: 'transaction_reference', message: 'Must be 1 to 128 printable ASCII characters' }],
    })
  return reference
}
