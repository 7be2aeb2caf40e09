import { wideIntegerRange } from '@billfold/core/storage'
import Database from 'libsql'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wideIntegerOf, wideSumParameters, wideSumSql, wideText } from './wide-text.ts'

const { min, max } = wideIntegerRange
const wide = fc.oneof(
  fc.bigInt({ min: min, max: max }),
  fc.bigInt({ min: -1_000n, max: 1_000n }),
  fc.constantFrom(min, max, 10n ** 18n, -(10n ** 18n), 10n ** 36n, -(10n ** 36n)),
)

describe('a wide integer as text', () => {
  test('is itself again', () => {
    fc.assert(
      fc.property(wide, (value) => {
        expect(wideIntegerOf(wideText(value)) === value).toBe(true)
      }),
    )
  })

  test('is ordered as the number is', () => {
    fc.assert(
      fc.property(wide, wide, (left, right) => {
        expect(wideText(left) < wideText(right)).toBe(left < right)
      }),
    )
  })

  test('is nothing else', () => {
    for (const text of ['', '1', '-1', '2'.repeat(39), '1'.repeat(40), ` ${wideText(0n)}`])
      expect(wideIntegerOf(text)).toBe(undefined)
  })

  test('is added to by SQLite exactly, and a sum out of range is no such text', () => {
    const statement = new Database(':memory:').prepare(`select ${wideSumSql('cell')} as sum from (select ? as cell)`)
    fc.assert(
      fc.property(wide, wide, (cell, by) => {
        const row: unknown = statement.get([...wideSumParameters(by), wideText(cell)])
        const sum = cell + by
        const text = typeof row === 'object' && row !== null && 'sum' in row ? String(row.sum) : ''
        if (sum >= min && sum <= max) expect(text).toBe(wideText(sum))
        else expect(text >= wideText(min) && text <= wideText(max)).toBe(false)
      }),
    )
  })
})
