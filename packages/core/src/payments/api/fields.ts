import { z } from 'zod'
import { secretText } from '../../http/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'

/** A request field: its maximum length in characters, and whether callers that use field encryption encrypt it. */
export interface FieldRule {
  readonly maxLength: number
  readonly encrypted: boolean
  /** Holds a PIN or a password. It is no part of what idempotency keys compare. */
  readonly secret?: boolean
  /** Accepts strings only: a JSON number would lose precision before it is validated. */
  readonly textOnly?: boolean
}

/** The decrypted fields of a request. Absent and empty fields are undefined. */
export type EndpointFields<K extends string> = Readonly<Partial<Record<K, string>>>

/** A field that callers with field encryption encrypt. */
export function encryptedField(maxLength = 256): FieldRule {
  return { maxLength, encrypted: true }
}

/** A PIN or a password. Encrypted like `encryptedField`. */
export function secretField(maxLength: number): FieldRule {
  return { maxLength, encrypted: true, secret: true }
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
      Object.entries(rules).map(([name, rule]) => [name, createOnce(transmittedSchemas, rule, transmittedSchema)]),
    ),
  )
}

/** The schemas of fields by their rules: a few rules describe all fields of the API, and schemas are costly to create. */
type SchemasByRule<S extends z.ZodType> = Map<string, S>

const transmittedSchemas: SchemasByRule<z.ZodType> = new Map()
const decryptedSchemas: SchemasByRule<z.ZodType<string | undefined>> = new Map()

function createOnce<S extends z.ZodType>(
  schemas: SchemasByRule<S>,
  rule: FieldRule,
  create: (rule: FieldRule) => S,
): S {
  const key = JSON.stringify([rule.maxLength, rule.encrypted, rule.secret, rule.textOnly])
  const schema = schemas.get(key) ?? create(rule)
  schemas.set(key, schema)
  return schema
}

function transmittedSchema(rule: FieldRule): z.ZodType {
  const text = stringSchema(rule)
  return (rule.textOnly === true ? text : z.union([text, z.number()])).nullable().optional()
}

function stringSchema(rule: FieldRule): z.ZodString {
  const text = z.string().max(maxWireLength(rule))
  return rule.secret === true ? secretText(text) : text
}

/** Maximum length on the wire: base64 of the UTF-8 bytes, IV and tag if the field can be encrypted. */
function maxWireLength({ maxLength, encrypted: mayBe }: FieldRule): number {
  return mayBe ? Math.ceil((maxLength * 4 + 64) / 3) * 4 : maxLength
}

/** Builds the schema of the decrypted fields: valid text, not longer than its rule allows. */
export function fieldsSchema<K extends string>(rules: Readonly<Record<K, FieldRule>>): z.ZodType<EndpointFields<K>> {
  const names = listKeys(rules)
  const shape = Object.fromEntries(
    names.map((name) => [name, createOnce(decryptedSchemas, rules[name], decryptedSchema)]),
  )
  return z.object(shape).transform((values) => {
    const fields: Partial<Record<K, string>> = {}
    for (const name of names) {
      const value = values[name]
      if (value !== undefined) fields[name] = value
    }
    return fields
  })
}

function decryptedSchema({ maxLength, secret }: FieldRule): z.ZodType<string | undefined> {
  const text = z.string().refine((value) => [...value].length <= maxLength && !/[\0\p{Surrogate}]/u.test(value), {
    message: 'Too long, or not valid text',
  })
  return (secret === true ? secretText(text) : text).optional()
}

/** Returns a required field. @throws BillfoldError `field.missing` */
export function requiredField<K extends string>(fields: EndpointFields<K>, name: K): string {
  const value = fields[name]
  if (value === undefined || value.trim() === '')
    throw new BillfoldError('field.missing', { message: `${name} cannot be Null or an empty String` })
  return value
}

function listKeys<K extends string>(rules: Readonly<Record<K, FieldRule>>): readonly K[] {
  const names: K[] = []
  for (const name in rules) names.push(name)
  return names
}
