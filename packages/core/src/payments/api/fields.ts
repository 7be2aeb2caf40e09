import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import type { FieldCipher } from '../field-cipher.ts'

/** A request field: its maximum length in characters, and whether callers that use field encryption encrypt it. */
export interface FieldRule {
  readonly maxLength: number
  readonly encrypted: boolean
  /** Accepts strings only: a JSON number would lose precision before it is validated. */
  readonly textOnly?: boolean
}

/** The decrypted fields of a request. Absent and empty fields are undefined. */
export type EndpointFields<K extends string> = Readonly<Partial<Record<K, string>>>

/** A field that callers with field encryption encrypt. */
export function encryptedField(maxLength = 256): FieldRule {
  return { maxLength, encrypted: true }
}

/** An amount of money. Encrypted like `encryptedField`, and a string only, so that it is never rounded. */
export function amountField(): FieldRule {
  return { maxLength: 64, encrypted: true, textOnly: true }
}

/** A field that is never encrypted. */
export function plainField(maxLength = 256): FieldRule {
  return { maxLength, encrypted: false }
}

/** Builds the schema of a body or a query as transmitted. Numbers are accepted as strings, except in amounts. */
export function transmittedFieldsSchema(
  rules: Readonly<Record<string, FieldRule>>,
): z.ZodType<Readonly<Record<string, unknown>>> {
  return z.object(
    Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => [
        name,
        (rule.textOnly === true ? stringSchema(rule) : z.union([stringSchema(rule), z.number()])).nullable().optional(),
      ]),
    ),
  )
}

function stringSchema(rule: FieldRule): z.ZodString {
  return z.string().max(maxWireLength(rule))
}

/** Maximum length on the wire: base64 of the UTF-8 bytes, IV and tag if the field can be encrypted. */
function maxWireLength({ maxLength, encrypted: mayBe }: FieldRule): number {
  return mayBe ? Math.ceil((maxLength * 4 + 64) / 3) * 4 : maxLength
}

/** Field encryption of a caller: the cipher, and the caller's public key from the header. */
export interface FieldEncryption {
  readonly cipher: FieldCipher
  readonly tenant: string
  readonly callerKey: string
}

/**
 * Decrypts the fields of a request. Omits absent and empty fields.
 * @throws BillfoldError `field.decryption-failed`
 */
export async function decryptFields(
  rules: Readonly<Record<string, FieldRule>>,
  values: Readonly<Record<string, unknown>>,
  encryption: FieldEncryption | undefined,
): Promise<Readonly<Record<string, string>>> {
  const fields: Record<string, string> = {}
  for (const [name, rule] of Object.entries(rules)) {
    const value = values[name]
    if ((typeof value !== 'string' && typeof value !== 'number') || value === '') continue
    const text = String(value)
    const decrypted = rule.encrypted && encryption !== undefined ? await decryptField(encryption, text) : text
    if (decrypted !== '') fields[name] = decrypted
  }
  return fields
}

/** Builds the schema of the decrypted fields: valid text, not longer than its rule allows. */
export function fieldsSchema<K extends string>(rules: Readonly<Record<K, FieldRule>>): z.ZodType<EndpointFields<K>> {
  return z.record(z.string(), z.string()).transform((values, context) => {
    const fields: Partial<Record<K, string>> = {}
    for (const name of keysOf(rules)) {
      const value = values[name]
      if (value === undefined) continue
      if ([...value].length > rules[name].maxLength || /[\0\p{Surrogate}]/u.test(value))
        context.addIssue({ code: 'custom', path: [name], message: 'Too long, or not valid text' })
      fields[name] = value
    }
    return fields
  })
}

function decryptField({ cipher, tenant, callerKey }: FieldEncryption, text: string): Promise<string> {
  return cipher.decrypt(tenant, callerKey, text)
}

/** Encrypts the named fields of a reply's data, at any depth. */
export async function encryptReplyFields(
  data: unknown,
  names: readonly string[],
  encryption: FieldEncryption,
): Promise<unknown> {
  if (Array.isArray(data)) return Promise.all(data.map((item) => encryptReplyFields(item, names, encryption)))
  if (typeof data !== 'object' || data === null) return data
  const { cipher, tenant, callerKey } = encryption
  const entries = Object.entries(data).map(
    async ([name, value]: [string, unknown]): Promise<[string, unknown]> => [
      name,
      names.includes(name) && typeof value === 'string' && value !== ''
        ? await cipher.encrypt(tenant, callerKey, value)
        : value,
    ],
  )
  return Object.fromEntries(await Promise.all(entries))
}

/** Returns a required field. @throws BillfoldError `field.missing` */
export function requiredField<K extends string>(fields: EndpointFields<K>, name: K): string {
  const value = fields[name]
  if (value === undefined || value.trim() === '')
    throw new BillfoldError('field.missing', { message: `${name} cannot be Null or an empty String` })
  return value
}

function keysOf<K extends string>(rules: Readonly<Record<K, FieldRule>>): readonly K[] {
  const names: K[] = []
  for (const name in rules) names.push(name)
  return names
}
