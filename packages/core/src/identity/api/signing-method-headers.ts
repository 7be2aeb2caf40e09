import { z } from 'zod'
import { secretText } from '../../http/index.ts'
import { maxPresentedLength } from '../signing-methods/verify-presented.ts'

/**
 * Schema of the headers `Signing-Method: id:value`, split at the first colon, and `Encrypted-Signing-Method`, base64.
 * HTTP libraries decode headers as Latin-1, so the value is decoded again as UTF-8.
 */
export const signingMethodHeadersSchema = z.object({
  'signing-method': secretText(
    z
      .string()
      .max(maxPresentedLength + 65)
      .regex(/^[^:]{1,64}:/, 'must have the form id:value'),
  )
    .transform((header) => Buffer.from(header, 'latin1').toString('utf8'))
    .transform((header) => ({
      id: header.slice(0, header.indexOf(':')),
      value: header.slice(header.indexOf(':') + 1),
    }))
    .optional(),
  'encrypted-signing-method': secretText(z.string().max(12_000)).optional(),
})
