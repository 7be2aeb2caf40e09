import { z } from 'zod'

/**
 * `Signing-Method: id:value`, split at the first colon, in UTF-8; or `Encrypted-Signing-Method`, base64.
 * (HTTP libraries give headers as Latin-1, a byte a character.)
 */
export const signingMethodHeader = z.object({
  'signing-method': z
    .string()
    .max(1200)
    .regex(/^[^:]{1,64}:/, 'is not id:value')
    .transform((header) => Buffer.from(header, 'latin1').toString('utf8'))
    .transform((header) => ({
      id: header.slice(0, header.indexOf(':')),
      value: header.slice(header.indexOf(':') + 1),
    }))
    .optional(),
  'encrypted-signing-method': z.string().max(12_000).optional(),
})
