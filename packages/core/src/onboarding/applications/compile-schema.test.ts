import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileSchema } from './compile-schema.ts'
import { isMultipleOf } from './multiple-of.ts'
import { compileTemplates } from './templates.ts'
import { attributeValueLimits, findExceededLimit } from './value-limits.ts'

describe('compileSchema', () => {
  it.each<readonly [string, Record<string, unknown>, unknown, boolean]>([
    ['accepts different objects', { uniqueItems: true }, [{}, { toString: '' }], true],
    [
      'rejects equal objects with fields in another order',
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      false,
    ],
    ['distinguishes a number from its text', { uniqueItems: true }, [1, '1'], true],
    ['accepts duplicates without uniqueItems', { uniqueItems: false }, [1, 1], true],
    ['compares objects of an enum', { enum: [{ toString: '' }] }, { toString: '' }, true],
    ['compares objects of a constant', { const: { valueOf: 1 } }, { valueOf: 2 }, false],
    ['accepts a decimal multiple', { multipleOf: 0.01 }, 19.99, true],
    ['rejects a value that is not a multiple', { multipleOf: 0.01 }, 19.999, false],
    ['finds a pattern anywhere in a text', { pattern: 'b+' }, 'abbc', true],
    ['counts characters beyond the basic plane once', { pattern: '^.$' }, '𝄞', true],
    ['knows Unicode properties', { pattern: '^\\p{L}+$' }, 'Zoë', true],
    ['applies patternProperties', { patternProperties: { '^x-': { type: 'number' } } }, { 'x-a': 'text' }, false],
  ])('%s', (_, schema, value, isValid) => {
    expect(compileSchema(schema)(value)).toBe(isValid)
  })

  it('decides a pattern with nested quantifiers without backtracking', () => {
    expect(compileSchema({ pattern: '^(a+)+$' })(`${'a'.repeat(20_000)}!`)).toBe(false)
  })

  it.each<readonly [string, Record<string, unknown>]>([
    ['an unknown type', { type: 'number of people' }],
    ['a keyword of another type', { properties: { a: { minLength: '1' } } }],
    ['names that repeat', { required: ['a', 'a'] }],
    ['a draft that is not supported', { $schema: 'http://json-schema.org/draft-04/schema#', type: 'string' }],
    ['a reference to nothing', { $ref: '#/$defs/gone' }],
  ])('rejects a schema with %s, also after valid ones', (_, schema) => {
    compileSchema({ type: 'string' })
    for (let round = 0; round < 2; round++) expect(() => compileSchema(schema)).toThrow(Error)
  })

  it('may be identified like another one, and may refer to the meta-schema', () => {
    const $id = 'https://schemas.example/value'
    expect([compileSchema({ $id, type: 'string' })('a'), compileSchema({ $id, type: 'number' })('a')]).toEqual([
      true,
      false,
    ])
    const aSchema = compileSchema({ $ref: 'https://json-schema.org/draft/2020-12/schema' })
    expect([aSchema({ type: 'string' }), aSchema({ type: 'text' })]).toEqual([true, false])
  })

  it.each(['(?=a)', '(?<!a)b', '(a)\\1'])('rejects the pattern %s, which needs backtracking', (pattern) => {
    expect(() => compileSchema({ pattern })).toThrow('is not supported')
  })
})

describe('isMultipleOf', () => {
  it('is true for every integer multiple of a decimal fraction, and false in between', () => {
    const parts = fc.tuple(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 999 }),
    )
    fc.assert(
      fc.property(parts, ([step, places, count]) => {
        const divisor = Number(`${step}e-${places}`)
        const multiple = Number(`${step * count}e-${places}`)
        expect(isMultipleOf(multiple, divisor)).toBe(true)
        expect(
          isMultipleOf(Number(`${step * count * 10 + 1}e-${places + 1}`), Number(`${step * 10}e-${places + 1}`)),
        ).toBe(step * 10 === 1)
      }),
    )
  })

  it('is defined for the largest and the smallest numbers', () => {
    expect(isMultipleOf(Number.MAX_VALUE, Number.MIN_VALUE)).toBe(true)
    expect(isMultipleOf(Number.MIN_VALUE, 2)).toBe(false)
  })
})

describe('a submitted value', () => {
  const { maxValues, maxDepth, maxItems, maxProperties, maxTextLength } = attributeValueLimits
  const nested = (depth: number): unknown => {
    let value: unknown = 1
    for (let level = 0; level < depth; level++) value = [value]
    return value
  }
  const keyed = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, key) => [`k${key}`, 1]))
  const rows = (count: number) => Array.from({ length: count }, () => [1, 2, 3])

  it.each<readonly [string, unknown, unknown]>([
    ['items', Array(maxItems).fill(1), Array(maxItems + 1).fill(1)],
    ['properties', keyed(maxProperties), keyed(maxProperties + 1)],
    ['characters', 'a'.repeat(maxTextLength), 'a'.repeat(maxTextLength + 1)],
    ['levels deep', nested(maxDepth), nested(maxDepth + 1)],
    ['values', rows(Math.floor((maxValues - 1) / 4)), rows(maxItems)],
  ])('is limited in its number of %s', (unit, largest, tooLarge) => {
    expect(findExceededLimit(largest)).toBeUndefined()
    expect(unit === 'values' ? rows(maxItems).length : 0).toBeLessThanOrEqual(maxItems)
    expect(findExceededLimit(tooLarge) ?? findExceededLimit([rows(maxItems)])).toMatch(/^must /)
  })

  it('is not nested too deeply for the check itself', () => {
    expect(findExceededLimit(nested(100_000))).toContain('levels deep')
  })

  it('is not passed to the schema if it exceeds a limit', () => {
    const template = { id: 1, name: 'T', attributes: [{ id: 'a', schema: { type: 'array', uniqueItems: true } }] }
    const value = Array.from({ length: 60_000 }, (_, index) => ({ index }))
    expect(
      compileTemplates([template])
        .get('1')
        ?.validate([{ id: 'a', data: { value } }]),
    ).toEqual([{ path: 'attributes.0.data.value', message: 'must contain arrays of at most 500 items' }])
  })
})
