import { z } from 'zod'
import { BillfoldError } from '../../../kernel/errors.ts'
import { keystoreLimits } from './limits.ts'

/** Parses keystore JSON with a schema. @throws BillfoldError `keystore.invalid`, without a cause that would quote the file */
export function parseKeystoreJson<S extends z.ZodType>(schema: S, text: string): z.output<S> {
  if (text.length > keystoreLimits.fileCharacters) throw new BillfoldError('keystore.invalid')
  const result = schema.safeParse(parseJson(text))
  if (!result.success) throw new BillfoldError('keystore.invalid')
  return result.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new BillfoldError('keystore.invalid')
  }
}

/** A schema for hex with or without `0x`, of `min` to `max` bytes. */
export function boundedHexBytes(min: number, max: number): z.ZodType<Uint8Array> {
  return z
    .string()
    .max(max * 2 + 2)
    .regex(/^(0x)?([0-9a-fA-F]{2})*$/)
    .transform((hex) => Uint8Array.from(Buffer.from(hex.replace(/^0x/, ''), 'hex')))
    .refine((bytes) => bytes.length >= min && bytes.length <= max)
}

/** A positive integer. Upper bounds are checked against the keystore limits. */
export const positiveInteger = z.number().int().min(1)

/** Encodes the password of a new keystore as UTF-8. @throws BillfoldError `input.invalid` */
export function encodeNewPassword(password: string): Uint8Array {
  const bytes = encodePassword(password)
  if (bytes === undefined || bytes.length === 0) throw new BillfoldError('input.invalid', { issues: [invalidPassword] })
  return bytes
}

/** Encodes a password as UTF-8, or returns undefined if no keystore can have this password. */
export function encodePassword(password: string): Uint8Array | undefined {
  if (/\p{Surrogate}/u.test(password)) return undefined
  const bytes = Uint8Array.from(Buffer.from(password, 'utf8'))
  return bytes.length > keystoreLimits.passwordBytes ? undefined : bytes
}

const invalidPassword = { path: 'password', message: `must be text of 1 to ${keystoreLimits.passwordBytes} bytes` }
