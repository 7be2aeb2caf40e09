import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isEncodedAs, parseMediaType } from './media-type.ts'
import { parseUrlEncoded } from './url-encoded.ts'
import { isStorableText, sanitizeJson } from './sanitize-json.ts'

const plain = fc.string({ unit: 'binary', minLength: 1 }).filter(isStorableText)

describe('URL-encoded parameters', () => {
  it('round-trip', () => {
    fc.assert(
      fc.property(
        fc.dictionary(plain, fc.oneof(plain, fc.array(plain, { minLength: 2, maxLength: 4 })), {
          maxKeys: 20,
          noNullPrototype: true,
        }),
        (expected) => {
          const text = new URLSearchParams()
          for (const [name, values] of Object.entries(expected))
            for (const value of [values].flat()) text.append(name, value)
          expect(parseUrlEncoded(text.toString())).toEqual(expected)
        },
      ),
    )
  })

  it('never throw, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['object', 'undefined']).toContain(typeof parseUrlEncoded(text))
      }),
    )
  })

  it('may have any name', () => {
    const parameters = parseUrlEncoded('__proto__=a&constructor=b&toString=c')
    expect(Object.entries(parameters ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ])
  })

  it('are limited to 100', () => {
    expect(parseUrlEncoded(Array(100).fill('a=1').join('&'))).toEqual({ a: Array(100).fill('1') })
    expect(parseUrlEncoded(Array(101).fill('a=1').join('&'))).toBeUndefined()
  })

  it('are rejected when they contain U+0000', () => {
    expect(parseUrlEncoded('a=%00')).toBeUndefined()
    expect(parseUrlEncoded('%00=a')).toBeUndefined()
  })
})

describe('JSON', () => {
  it('is accepted unchanged, whatever its type, unless it contains U+0000', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme-ascii' }), (value) => {
        const copy: unknown = JSON.parse(JSON.stringify(value))
        const isAccepted = sanitizeJson(copy)
        expect(isAccepted).toBe(!JSON.stringify(value).includes('\\u0000'))
      }),
    )
  })

  it('is accepted up to 64 levels deep', () => {
    expect(sanitizeJson(JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`))).toBe(true)
    expect(sanitizeJson(JSON.parse(`${'['.repeat(65)}${']'.repeat(65)}`))).toBe(false)
    expect(sanitizeJson(JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`))).toBe(false)
  })

  it('may contain U+0000 in the fields that are never stored, at any depth, and nowhere else', () => {
    const isAccepted = (value: unknown): boolean => sanitizeJson(value, ['a.data', 'message'])
    for (const value of [{ message: '\0' }, { a: { data: '\0' } }, { a: { data: { b: ['\0'] } } }])
      expect(isAccepted(value)).toBe(true)
    for (const value of [
      '\0',
      { data: '\0' },
      { a: '\0' },
      { a: { b: { data: '\0' } } },
      { message: { '\0': 1 } },
      [{ message: '\0' }, '\0'],
    ])
      expect(isAccepted(value)).toBe(false)
    expect(isAccepted({ message: '\ud800' })).toBe(false)
  })

  it('loses fields named __proto__ at any depth', () => {
    const value: unknown = JSON.parse('{"a":[{"__proto__":{"b":1},"c":2}],"__proto__":1}')
    expect(sanitizeJson(value)).toBe(true)
    expect(JSON.stringify(value)).toBe('{"a":[{"c":2}]}')
  })

  it.each(['"\\u0000"', '{"\\u0000":1}', '["\\ud800"]', '"\\udc00\\ud800"'])(
    'is rejected when it contains U+0000 or a lone surrogate: %s',
    (json) => {
      expect(sanitizeJson(JSON.parse(json))).toBe(false)
    },
  )
})

describe('isEncodedAs', () => {
  it.each([
    ['application/json', 'json', true],
    ['application/json;charset=utf-8', 'json', true],
    ['APPLICATION/JSON ; charset="UTF-8"', 'json', true],
    ['application/ld+json', 'json', true],
    // body-parser#474, body-parser#50 and koa-bodyparser#50
    ['application/json; utf-8', 'json', true],
    ['application/json; charset=UTF8', 'json', true],
    ['application/json;charset=utf-8;', 'json', true],
    ['application/json;', 'json', true],
    // body-parser#440
    ['application/json; charset=utf-7', 'json', false],
    ['application/json; charset=utf-16', 'json', false],
    ['application/jsonp', 'json', false],
    ['application/+json', 'json', false],
    ['text/json', 'json', false],
    ['', 'json', false],
    ['application/x-www-form-urlencoded', 'form', true],
    ['application/x-www-form-urlencoded; charset=latin1', 'form', false],
    ['application/json', 'form', false],
  ] as const)('matches %j with %s: %s', (header, encoding, expected) => {
    expect(isEncodedAs(parseMediaType(header), encoding)).toBe(expected)
  })

  it('accepts any text as header', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof parseMediaType(text).type).toBe('string')
      }),
    )
  })
})
