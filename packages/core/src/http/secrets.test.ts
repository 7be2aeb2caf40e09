import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { secretText, withoutSecrets } from './secrets.ts'

interface Tree {
  readonly pin: string
  readonly children: readonly Tree[]
}

const pin = secretText(z.string().min(4))
const tree: z.ZodType<Tree> = z.object({ pin, children: z.array(z.lazy(() => tree)) })
const gone = { secret: true }

describe('a value that is compared', () => {
  test.each<[string, z.ZodType, unknown, unknown]>([
    ['a field', z.object({ pin, email: z.string() }), { pin: '1234', email: 'a' }, { pin: gone, email: 'a' }],
    ['an optional field', z.object({ pin: pin.optional() }), { pin: '1234' }, { pin: gone }],
    ['a described field', z.object({ pin: pin.nullable().describe('The PIN') }), { pin: '1234' }, { pin: gone }],
    ['a converted field', z.object({ pin: pin.transform(Number) }), { pin: '1234' }, { pin: gone }],
    ['a field of a converted object', z.object({ pin }).transform(({ pin: it }) => it), { pin: '1' }, { pin: gone }],
    ['a field of one alternative', z.union([z.object({ pin }), z.string()]), { pin: '1234' }, { pin: gone }],
    ['an item', z.array(pin), ['1234', '5678'], [gone, gone]],
    ['a field of a record', z.record(z.string(), pin), { one: '1234' }, { one: gone }],
    [
      'a tree',
      tree,
      { pin: '1', children: [{ pin: '2', children: [] }] },
      { pin: gone, children: [{ pin: gone, children: [] }] },
    ],
    ['a malformed secret', z.object({ pin }), { pin: 1234 }, { pin: gone }],
  ])('is without the secret of %s', (_, schema, value, expected) => {
    expect(withoutSecrets(schema, value)).toEqual(expected)
  })

  test('reveals whether a secret is present, and all values without secrets', () => {
    const schema = z.object({ pin: pin.optional(), more: z.unknown() })
    expect(withoutSecrets(schema, { more: { pin: 'a field without a schema' } })).toEqual({
      more: { pin: 'a field without a schema' },
    })
    expect(withoutSecrets(undefined, { pin: '1' })).toEqual({ pin: '1' })
    expect(withoutSecrets(schema, undefined)).toBeUndefined()
    expect(withoutSecrets(schema, 'another type')).toBe('another type')
  })

  test('has its secrets documented with the format password', () => {
    expect(z.toJSONSchema(z.object({ pin }))).toMatchObject({
      properties: { pin: { format: 'password', minLength: 4 } },
    })
  })
})
