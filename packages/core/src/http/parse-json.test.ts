import { describe, expect, it, vi } from 'vitest'
import { parseJson } from './parse-json.ts'
import { sanitizeJson } from './sanitize-json.ts'

const message = 'JSON must contain at most 20,000 values'

describe('JSON with many values', () => {
  it.each([
    ['numbers', `[${'1,'.repeat(19_998)}1]`],
    ['arrays in arrays', `[${'[[]],'.repeat(9_999)}1]`],
    ['objects', `[${'{"a":1},'.repeat(9_999)}1]`],
    ['one text with brackets and commas', JSON.stringify('[{,'.repeat(100_000))],
    ['texts with escaped quotes and backslashes', JSON.stringify(['"[,\\'.repeat(50_000), '\\', '[,'.repeat(50_000)])],
  ])('is accepted up to 20,000 values: %s', (_, json) => {
    expect(sanitizeJson(parseJson(json))).toBe(true)
  })

  it.each([
    ['numbers', `[${'1,'.repeat(20_000)}1]`],
    ['arrays', `[${'[],'.repeat(20_000)}1]`],
    ['fields', `{${Array.from({ length: 20_001 }, (_, index) => `"${index}":1`).join()}}`],
    ['one field many times', `{${'"a":1,'.repeat(20_001)}"a":1}`],
    ['escaped quotes', `"${'\\"'.repeat(200_001)}"`],
  ])('is rejected without being parsed: %s', (_, json) => {
    const parse = vi.spyOn(JSON, 'parse')
    try {
      expect(() => parseJson(json)).toThrow(message)
      expect(parse).not.toHaveBeenCalled()
    } finally {
      parse.mockRestore()
    }
  })

  it('is rejected if the host has parsed it', () => {
    expect(sanitizeJson(Array(19_999).fill(1))).toBe(true)
    expect(sanitizeJson(Array(20_000).fill(1))).toBe(false)
    expect(sanitizeJson(Array(100).fill(Array(200).fill({})))).toBe(false)
  })
})

describe('malformed JSON', () => {
  it.each(['', '{', '"', '"\\"', '[1,]', `"${'a'.repeat(30_000)}`, `"${'a'.repeat(30_000)}\\"`])(
    'is rejected without quoting it: %#',
    (json) => {
      expect(() => parseJson(json)).toThrow('Malformed request body')
    },
  )
})
