import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBillfoldError } from '../errors.ts'
import {
  addedCell,
  batch,
  bigint,
  bigintRange,
  bytes,
  checkBatch,
  compareCells,
  defineTable,
  insert,
  integer,
  nullable,
  passes,
  text,
  update,
  wideInteger,
  wideIntegerRange,
  type Value,
  type Where,
} from './index.ts'

const notes = defineTable({
  name: 'notes',
  columns: { id: text(8), body: nullable(text()), digest: nullable(bytes(4)), count: integer() },
  key: ['id'],
})

/** The paths of what is wrong, and that no value is repeated. */
function faults(look: () => void): string[] {
  try {
    look()
    return []
  } catch (error) {
    if (!isBillfoldError(error, 'input.invalid')) throw error
    return error.issues.map((issue) => issue.path)
  }
}

describe('a batch that no storage takes is refused', () => {
  const row = { id: 'a', body: null, digest: null, count: 0 }

  test('by the column that is wrong', () => {
    expect(faults(() => checkBatch(batch(insert(notes, { ...row, id: 'too long by far' }))))).toEqual([
      'writes.0.row.id',
    ])
    expect(
      faults(() =>
        checkBatch(
          batch(insert(notes, row), update(notes, { where: { id: 'a' }, set: { digest: new Uint8Array(5) } })),
        ),
      ),
    ).toEqual(['writes.1.set.digest'])
    expect(faults(() => checkBatch(batch(update(notes, { where: { id: 'a' }, add: { count: 0.5 } }))))).toEqual([
      'writes.0.add.count',
    ])
  })

  test('for a row that lacks a column or has one too many', () => {
    const odd = { kind: 'insert', table: notes, row: { id: 'a', body: null, digest: null, colour: 'red' } } as const
    expect(faults(() => checkBatch(batch(odd)))).toEqual(['writes.0.row.colour', 'writes.0.row.count'])
  })

  test('for an update that changes nothing, or sets what it adds to', () => {
    expect(faults(() => checkBatch(batch(update(notes, { where: { id: 'a' } }))))).toEqual(['writes.0'])
    expect(faults(() => checkBatch(batch(update(notes, { where: {}, set: { count: 1 }, add: { count: 1 } }))))).toEqual(
      ['writes.0.add.count'],
    )
  })

  test('for a test whose value was forgotten, which would pass every row', () => {
    for (const id of [undefined, {}]) {
      const forgetful: Where = Object.fromEntries([['id', id]])
      expect(faults(() => checkBatch(batch({ kind: 'remove', table: notes, where: forgetful, hits: 'any' })))).toEqual([
        'writes.0.where.id',
      ])
    }
  })

  test('without repeating a value', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 9, maxLength: 40 }), (secret) => {
        try {
          checkBatch(batch(insert(notes, { ...row, id: `secret-${secret}` })))
        } catch (error) {
          expect(JSON.stringify(error)).not.toContain('secret-')
          return
        }
        expect.unreachable('it was taken')
      }),
    )
  })
})

describe('cells are ordered', () => {
  test('text by code point', () => {
    const points = (value: string): number[] => Array.from(value, (character) => character.codePointAt(0) ?? 0)
    const byPoints = (left: number[], right: number[]): number => {
      const at = left.findIndex((point, index) => point !== right[index])
      return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1)
    }
    const unicode = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(unicode, unicode, (left, right) => {
        expect(Math.sign(compareCells(left, right))).toBe(Math.sign(byPoints(points(left), points(right))))
      }),
    )
  })

  test('totally, with null first, and equal only to themselves', () => {
    const cell: fc.Arbitrary<Value> = fc.oneof(fc.constant(null), fc.maxSafeInteger())
    fc.assert(
      fc.property(cell, cell, (left, right) => {
        expect(Math.sign(compareCells(left, right))).toBe(-Math.sign(compareCells(right, left)) + 0)
        expect(compareCells(left, right) === 0).toBe(left === right)
      }),
    )
    expect(compareCells(null, Number.MIN_SAFE_INTEGER)).toBe(-1)
  })

  test('and pass exactly one of less, equal and more, unless they are null', () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 0, max: 9 }), (cell, than) => {
        const passed = [{ lt: than }, than, { gt: than }].filter((wanted) => passes({ count: cell }, { count: wanted }))
        expect(passed.length).toBe(cell === null ? 0 : 1)
      }),
    )
  })
})

describe('a sum', () => {
  test('is exact or refused', () => {
    for (const [column, { least, most }] of [
      [bigint(), bigintRange],
      [wideInteger(), wideIntegerRange],
    ] as const) {
      const big = fc.bigInt({ min: least, max: most })
      fc.assert(
        fc.property(big, big, (cell, by) => {
          const sum = cell + by
          expect(addedCell(column, cell, by)).toBe(sum >= least && sum <= most ? sum : undefined)
        }),
      )
    }
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (cell, by) => {
        const exact = BigInt(cell) + BigInt(by)
        const sum = addedCell(integer(), cell, by)
        expect(sum === undefined ? undefined : BigInt(sum ?? 0)).toBe(
          Number.isSafeInteger(Number(exact)) ? exact : undefined,
        )
      }),
    )
  })
})
