import type { Random } from './random.ts'

const oddTexts = [
  '',
  ' ',
  '0',
  '-1',
  'null',
  'a',
  '__proto__',
  'constructor',
  "'; drop table users; --",
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  '🙂'.repeat(20),
  'é',
  '\u202e',
  '\r\nX-Injected: 1',
  'x'.repeat(300),
  'x'.repeat(5000),
  '1234',
  '0123456789abcdef0123456789abcdef',
  '0190a1b2-0000-7000-8000-000000000000',
  '0x0000000000000000000000000000000000000001',
  '9999999999999999999999',
  '${7*7}',
  '<script>',
]

const oddNumbers = [0, -0, 1, -1, 0.1, 1e21, -1e308, 2 ** 31, 2 ** 53, 4294967296, 1e-300]

/** A text that breaks programs. */
export function oddText(random: Random): string {
  if (random.chance(0.7)) return random.pick(oddTexts)
  return Array.from({ length: random.below(40) }, () =>
    String.fromCharCode(random.below(random.chance(0.9) ? 128 : 65_536)),
  ).join('')
}

/** Any JSON value, sometimes deeply nested. */
export function oddJson(random: Random, depth = 3): unknown {
  const kind = random.below(depth === 0 ? 5 : 8)
  if (kind === 0) return null
  if (kind === 1) return random.chance(0.5)
  if (kind === 2) return random.pick(oddNumbers)
  if (kind <= 4) return oddText(random)
  if (kind === 5) return nested(random.below(200))
  if (kind === 6) return Array.from({ length: random.below(6) }, () => oddJson(random, depth - 1))
  return Object.fromEntries(
    Array.from({ length: random.below(6) }, () => [oddText(random), oddJson(random, depth - 1)]),
  )
}

/** A value that mostly matches a JSON Schema, sometimes with missing or wrong parts. */
export function nearlyValid(schema: unknown, random: Random, depth = 6): unknown {
  if (!isObject(schema) || depth === 0 || random.chance(0.05)) return oddJson(random)
  const choices = [schema['anyOf'], schema['oneOf'], schema['enum']].find(Array.isArray)
  if (choices !== undefined && choices.length > 0) {
    const choice: unknown = random.pick<unknown>(choices)
    return isObject(choice) ? nearlyValid(choice, random, depth - 1) : choice
  }
  if ('const' in schema) return schema['const']
  if (schema['type'] === 'object') return nearlyValidObject(schema, random, depth)
  if (schema['type'] === 'array')
    return Array.from({ length: random.below(4) }, () => nearlyValid(schema['items'], random, depth - 1))
  if (schema['type'] === 'integer' || schema['type'] === 'number')
    return random.chance(0.7) ? random.below(100) : random.pick(oddNumbers)
  if (schema['type'] === 'boolean') return random.chance(0.5)
  return schema['type'] === 'string' ? oddText(random) : oddJson(random)
}

function nearlyValidObject(schema: Readonly<Record<string, unknown>>, random: Random, depth: number): unknown {
  const fields = Object.entries(isObject(schema['properties']) ? schema['properties'] : {}).filter(() =>
    random.chance(0.9),
  )
  const value = Object.fromEntries(fields.map(([name, field]) => [name, nearlyValid(field, random, depth - 1)]))
  return random.chance(0.1) ? { ...value, [oddText(random)]: oddJson(random) } : value
}

/** A value with one change or none: another value at one place, a field less, a field more. */
export function changed(value: unknown, random: Random): unknown {
  if (random.chance(0.35)) return value
  if (Array.isArray(value) && value.length > 0) {
    const at = random.below(value.length)
    return value.map((item: unknown, index) => (index === at ? changed(item, random) : item))
  }
  if (!isObject(value) || random.chance(0.05)) return oddJson(random)
  const names = Object.keys(value)
  if (names.length === 0 || random.chance(0.1)) return { ...value, [oddText(random)]: oddJson(random) }
  const name = random.pick(names)
  const { [name]: item, ...others } = value
  return random.chance(0.15) ? others : { ...others, [name]: changed(item, random) }
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
