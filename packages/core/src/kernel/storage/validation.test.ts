import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBillfoldError } from '../errors.ts'
import {
  addToCell,
  batch,
  bigint,
  bigintRange,
  bytes,
  validateBatch,
  compareCells,
  defineTable,
  insert,
  integer,
  nullable,
  matchesWhere,
  text,
  update,
  wideInteger,
  wideIntegerRange,
  type CellValue,
  type Where,
} from './index.ts'

const notes = defineTable({
  name: 'notes',
  columns: { id: text(8), body: nullable(text()), digest: nullable(bytes(4)), count: integer() },
  key: ['id'],
})

/** Returns the paths of the issues that a validation reports. */
function issuePaths(validate: () => void): string[] {
  try {
    validate()
    return []
  } catch (error) {
    if (!isBillfoldError(error, 'input.invalid')) throw error
    return error.issues.map((issue) => issue.path)
  }
}

describe('validateBatch', () => {
  const row = { id: 'a', body: null, digest: null, count: 0 }

  test('reports the column of an invalid value', () => {
    expect(issuePaths(() => validateBatch(batch(insert(notes, { ...row, id: 'too long by far' }))))).toEqual([
      'writes.0.row.id',
    ])
    expect(
      issuePaths(() =>
        validateBatch(
          batch(insert(notes, row), update(notes, { where: { id: 'a' }, set: { digest: new Uint8Array(5) } })),
        ),
      ),
    ).toEqual(['writes.1.set.digest'])
    expect(issuePaths(() => validateBatch(batch(update(notes, { where: { id: 'a' }, add: { count: 0.5 } }))))).toEqual([
      'writes.0.add.count',
    ])
  })

  test('reports missing and unknown columns of a row', () => {
    const odd = { kind: 'insert', table: notes, row: { id: 'a', body: null, digest: null, colour: 'red' } } as const
    expect(issuePaths(() => validateBatch(batch(odd)))).toEqual(['writes.0.row.colour', 'writes.0.row.count'])
  })

  test('rejects an update that changes nothing or sets and adds to the same column', () => {
    expect(issuePaths(() => validateBatch(batch(update(notes, { where: { id: 'a' } }))))).toEqual(['writes.0'])
    expect(
      issuePaths(() => validateBatch(batch(update(notes, { where: {}, set: { count: 1 }, add: { count: 1 } })))),
    ).toEqual(['writes.0.add.count'])
  })

  test('rejects an undefined or empty condition, which would match every row', () => {
    for (const id of [undefined, {}]) {
      const forgetful: Where = Object.fromEntries([['id', id]])
      expect(
        issuePaths(() => validateBatch(batch({ kind: 'remove', table: notes, where: forgetful, expectedRows: 'any' }))),
      ).toEqual(['writes.0.where.id'])
    }
  })

  test('does not expose values in the error', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 9, maxLength: 40 }), (secret) => {
        try {
          validateBatch(batch(insert(notes, { ...row, id: `secret-${secret}` })))
        } catch (error) {
          expect(JSON.stringify(error)).not.toContain('secret-')
          return
        }
        expect.unreachable('the batch was accepted')
      }),
    )
  })
})

describe('compareCells', () => {
  test('orders text by code point', () => {
    const points = (value: string): number[] => Array.from(value, (character) => character.codePointAt(0) ?? 0)
    const byPoints = (left: number[], right: number[]): number => {
      const at = left.findIndex((point, index) => point !== right[index])
      return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1)
    }
    // Few characters, so that many texts begin alike: the last and the first of each length in UTF-8, and around the surrogates.
    const borders = [
      'a',
      '\u007f',
      '\u0080',
      '\u07ff',
      '\u0800',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{10ffff}',
    ]
    const unicode = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...borders), maxLength: 4 }),
    )
    fc.assert(
      fc.property(unicode, unicode, (left, right) => {
        expect(Math.sign(compareCells(left, right))).toBe(Math.sign(byPoints(points(left), points(right))))
      }),
    )
  })

  test('is a total order with null first', () => {
    const cell: fc.Arbitrary<CellValue> = fc.oneof(fc.constant(null), fc.maxSafeInteger())
    fc.assert(
      fc.property(cell, cell, (left, right) => {
        expect(Math.sign(compareCells(left, right))).toBe(-Math.sign(compareCells(right, left)) + 0)
        expect(compareCells(left, right) === 0).toBe(left === right)
      }),
    )
    expect(compareCells(null, Number.MIN_SAFE_INTEGER)).toBe(-1)
  })

  test('agrees with matchesWhere: exactly one of lt, equal and gt holds, or none for null', () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 0, max: 9 }), (cell, than) => {
        const passed = [{ lt: than }, than, { gt: than }].filter((wanted) =>
          matchesWhere({ count: cell }, { count: wanted }),
        )
        expect(passed.length).toBe(cell === null ? 0 : 1)
      }),
    )
  })
})

describe('addToCell', () => {
  test('returns the exact sum, or undefined if it is out of range', () => {
    for (const [column, { min, max }] of [
      [bigint(), bigintRange],
      [wideInteger(), wideIntegerRange],
    ] as const) {
      const big = fc.bigInt({ min: min, max: max })
      fc.assert(
        fc.property(big, big, (cell, by) => {
          const sum = cell + by
          expect(addToCell(column, cell, by)).toBe(sum >= min && sum <= max ? sum : undefined)
        }),
      )
    }
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (cell, by) => {
        const exact = BigInt(cell) + BigInt(by)
        const sum = addToCell(integer(), cell, by)
        expect(sum === undefined ? undefined : BigInt(sum ?? 0)).toBe(
          Number.isSafeInteger(Number(exact)) ? exact : undefined,
        )
      }),
    )
  })
})
