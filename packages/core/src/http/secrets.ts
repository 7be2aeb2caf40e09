import { z } from 'zod'

/** The OpenAPI format of text that is not to be shown. */
const secretFormat = 'password'

/**
 * Marks text as a secret that could be guessed: a PIN, a password, an emergency code. OpenAPI documents it with the format
 * `password`, and requests with an `Idempotency-Key` are compared without it.
 *
 * @example
 * ```ts
 * import { secretText } from '@billfold/core/http'
 * import { z } from 'zod'
 *
 * const body = z.object({ email: z.string(), password: secretText(z.string().max(128)) })
 * ```
 */
export function secretText<S extends z.ZodType>(schema: S): S {
  return schema.meta({ ...schema.meta(), format: secretFormat })
}

type Json = Readonly<Record<string, unknown>>

/** The JSON Schemas of schemas that were compared before. */
const converted = new WeakMap<z.ZodType, Json>()

/**
 * Replaces the secrets of a value by a constant, so that a comparison shows nothing about them.
 *
 * @param schema the schema of the value; undefined for a value without secrets
 */
export function withoutSecrets(schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return value
  const root = converted.get(schema) ?? z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  converted.set(schema, root)
  return replaceSecrets(root, root, value)
}

function replaceSecrets(root: Json, json: unknown, value: unknown): unknown {
  if (!isObject(json) || value === undefined || value === null) return value
  if (json['format'] === secretFormat) return { secret: true }
  if (typeof json['$ref'] === 'string') return replaceSecrets(root, resolve(root, json['$ref']), value)
  const alternatives = [json['anyOf'], json['oneOf'], json['allOf']].filter(Array.isArray).flat()
  const replaced = alternatives.reduce<unknown>((rest, alternative) => replaceSecrets(root, alternative, rest), value)
  if (Array.isArray(replaced)) return replaced.map((item) => replaceSecrets(root, json['items'], item))
  if (!isObject(replaced)) return replaced
  const { properties, additionalProperties } = json
  const entries = Object.entries(replaced).map(([name, field]): [string, unknown] => {
    const own = isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties
    return [name, replaceSecrets(root, own, field)]
  })
  return Object.fromEntries(entries)
}

function resolve(root: Json, ref: string): unknown {
  if (ref === '#') return root
  const defs = root['$defs']
  return isObject(defs) ? defs[ref.replace('#/$defs/', '')] : undefined
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
