import { wideIntegerRange } from '@billfold/core/storage'
import Database from 'libsql'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  parseWideIntegerText,
  wideIntegerSumParameters,
  wideIntegerSumSql,
  toWideIntegerText,
} from './wide-integer-text.ts'

const { min, max } = wideIntegerRange
const wide = fc.oneof(
  fc.bigInt({ min: min, max: max }),
  fc.bigInt({ min: -1_000n, max: 1_000n }),
  fc.constantFrom(min, max, 10n ** 18n, -(10n ** 18n), 10n ** 36n, -(10n ** 36n)),
)

describe('a wide integer stored as text', () => {
  test('is parsed to the same number', () => {
    fc.assert(
      fc.property(wide, (value) => {
        expect(parseWideIntegerText(toWideIntegerText(value)) === value).toBe(true)
      }),
    )
  })

  test('sorts in numeric order', () => {
    fc.assert(
      fc.property(wide, wide, (left, right) => {
        expect(toWideIntegerText(left) < toWideIntegerText(right)).toBe(left < right)
      }),
    )
  })

  test('is rejected if malformed', () => {
    for (const text of ['', '1', '-1', '2'.repeat(39), '1'.repeat(40), ` ${toWideIntegerText(0n)}`])
      expect(parseWideIntegerText(text)).toBe(undefined)
  })

  test('is summed exactly by SQLite, and a sum out of range violates the range check', () => {
    const statement = new Database(':memory:').prepare(
      `select ${wideIntegerSumSql('cell')} as sum from (select ? as cell)`,
    )
    fc.assert(
      fc.property(wide, wide, (cell, by) => {
        const row: unknown = statement.get([...wideIntegerSumParameters(by), toWideIntegerText(cell)])
        const sum = cell + by
        const text = typeof row === 'object' && row !== null && 'sum' in row ? String(row.sum) : ''
        if (sum >= min && sum <= max) expect(text).toBe(toWideIntegerText(sum))
        else expect(text >= toWideIntegerText(min) && text <= toWideIntegerText(max)).toBe(false)
      }),
    )
  })
})
