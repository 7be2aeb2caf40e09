import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { keystoreLimits } from './limits.ts'

/** Reads the JSON of a keystore by its schema. @throws BillfoldError `keystore.invalid`, without a cause, which would quote it */
export function parseKeystore<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  if (text.length > keystoreLimits.characters) throw new BillfoldError('keystore.invalid')
  const result = schema.safeParse(parseJson(text))
  if (!result.success) throw new BillfoldError('keystore.invalid')
  return result.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BillfoldError('keystore.invalid')
  }
}

/** Bytes in hex, from so many to so many. */
export function hexBytes(least: number, most: number): z.ZodType<Uint8Array> {
  return z
    .string()
    .max(most * 2 + 2)
    .regex(/^(0x)?([0-9a-fA-F]{2})*$/)
    .transform((hex) => Uint8Array.from(Buffer.from(hex.replace(/^0x/, ''), 'hex')))
    .refine((bytes) => bytes.length >= least && bytes.length <= most)
}

/** A count: a whole number from 1. Whether it is too much is for the limits to say. */
export const count = z.number().int().min(1)

/** The bytes of a password for a new keystore. @throws BillfoldError `input.invalid` */
export function newPasswordBytes(password: string): Uint8Array {
  const bytes = passwordBytes(password)
  if (bytes === undefined || bytes.length === 0) throw new BillfoldError('input.invalid', { issues: [badPassword] })
  return bytes
}

/** The UTF-8 bytes of a password, or undefined for what no keystore can have been made with. */
export function passwordBytes(password: string): Uint8Array | undefined {
  if (/\p{Surrogate}/u.test(password)) return undefined
  const bytes = Uint8Array.from(Buffer.from(password, 'utf8'))
  return bytes.length > keystoreLimits.passwordBytes ? undefined : bytes
}

const badPassword = { path: 'password', message: `is 1 to ${keystoreLimits.passwordBytes} bytes of text` }
