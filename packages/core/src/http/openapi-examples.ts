type Json = Readonly<Record<string, unknown>>

const id = '0192f7a4-5e2b-7cc3-9c55-2f1d6a4f9a01'
const address = '0x71C7656EC7ab88b098defB751B7401B5f6d8976F'
const hash = '0x4e3a3754410177e6937ef1f84bba68ea139e8d1a2258c5f85db9f1cd715a1bdd'

/** Values of text fields that say more than their type, by the end of the name of the field. */
const texts: readonly (readonly [name: RegExp, value: string])[] = [
  [/pincode$|pin$|^mpin$/i, '582914'],
  [/password$/i, 'correct horse battery staple'],
  [/tokenId$/, '42'],
  [/(transaction|tx)?hash$/i, hash],
  [/wallet_?address$|^address$|^to$|Address$|newOwner$|signer/, address],
  [/did$/i, `did:ethr:${address}`],
  [/email$/i, 'ada@example.org'],
  [/phone|mobile/i, '+431234567890'],
  [/currency/i, 'USD'],
  [/amount|^value$|balance/i, '10.50'],
  [/gas(Limit|Price)$|fee/i, '21000'],
  [/_(start|end)_date$|datetime/i, '2027-01-31T12:00:00Z'],
  [/dob$/i, '1990-01-31'],
  [/first_?name$/i, 'Ada'],
  [/last_?name$/i, 'Lovelace'],
  [/username$|^tag$|^name$|alias$/i, 'ada'],
  [/reference$|identifier$/i, 'customer-4711'],
  [/grant_type$/, 'client_credentials'],
  [/url$|origin$/i, 'https://shop.example'],
  [/description$|note$|message$/i, 'Savings'],
  [/key$/i, 'AAAA'],
  [/id$|^(after|session|token|ticket)$/i, id],
]

/** Values of the usual encodings, for fields with a pattern: a digest as base64url, bytes as hex and as base64, a path. */
const encodings = ['47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU', '0x00', 'AAAA', '/api/users', 'A'] as const

const formats: Json = {
  uuid: id,
  email: 'ada@example.org',
  date: '2027-01-31',
  'date-time': '2027-01-31T12:00:00Z',
  uri: 'https://shop.example',
}

/** Nesting beyond this is left out: recursive schemas have no end. */
const maxDepth = 6

/**
 * Computes an example for a JSON Schema: the required fields, or all of them if none is required. Fields have the value of their
 * `examples`, their first `enum` value, or one that fits their name, or their pattern.
 * @param named the schemas that `$ref` refers to, by their names
 * @returns undefined if no example can be computed
 */
export function exampleOf(schema: unknown, named: Json, name = '', depth = 0): unknown {
  if (!isObject(schema) || depth > maxDepth) return undefined
  const { $ref, examples, const: constant, enum: values, default: preset } = schema
  if (typeof $ref === 'string') return exampleOf(named[$ref.split('/').at(-1) ?? ''], named, name, depth + 1)
  if (Array.isArray(examples)) return examples[0]
  if (constant !== undefined) return constant
  if (Array.isArray(values)) return values[0]
  const combined = combinedExample(schema, named, name, depth)
  if (combined !== undefined) return combined
  if (preset !== undefined) return preset
  switch (schema['type']) {
    case 'object':
      return objectExample(schema, named, depth)
    case 'array': {
      const item = exampleOf(schema['items'], named, name, depth + 1)
      return item === undefined ? [] : [item]
    }
    case 'string':
      return textExample(schema, name)
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? 1))
    case 'boolean':
      return true
    default:
      return undefined
  }
}

function combinedExample({ anyOf, oneOf, allOf }: Json, named: Json, name: string, depth: number): unknown {
  if (Array.isArray(allOf)) {
    const parts = allOf.map((part) => exampleOf(part, named, name, depth + 1)).filter(isObject)
    return Object.assign({}, ...parts)
  }
  const choices = [anyOf, oneOf].find(Array.isArray) ?? []
  for (const choice of choices) {
    const example = exampleOf(choice, named, name, depth + 1)
    if (example !== undefined && example !== null) return example
  }
  return undefined
}

function objectExample({ properties, required, minProperties }: Json, named: Json, depth: number): unknown {
  if (!isObject(properties)) return Number(minProperties ?? 0) > 0 ? undefined : {}
  const wanted = Array.isArray(required) && required.length > 0 ? required : Object.keys(properties)
  const entries = wanted.map((field: unknown) => {
    const key = String(field)
    return [key, exampleOf(properties[key], named, key, depth + 1)] as const
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function textExample({ format, pattern, maxLength, minLength }: Json, name: string): string | undefined {
  if (typeof format === 'string' && Object.hasOwn(formats, format)) return String(formats[format])
  const named = texts.find(([ending]) => ending.test(name))?.[1] ?? 'text'
  const rule = typeof pattern === 'string' ? new RegExp(pattern, 'u') : /^/u
  const value = [named, ...encodings].find((one) => rule.test(one) && one.length >= Number(minLength ?? 0))
  return value?.slice(0, Number(maxLength ?? value.length))
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
