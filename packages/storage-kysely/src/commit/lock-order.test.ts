import { defineTable, insert, integer, text, update, type Write } from '@billfold/core/storage'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sortForLocking } from './lock-order.ts'

const things = defineTable({
  name: 'things',
  columns: { id: text(36), name: text(20), count: integer() },
  key: ['id'],
  unique: { byName: ['name'] },
})

const notes = defineTable({ name: 'notes', columns: { id: text(36) }, key: ['id'] })

const add = (id: string): Write => update(things, { where: { id }, add: { count: 1 } })
const rename = (id: string): Write => update(things, { where: { id }, set: { name: id } })
const addAny = (name: string): Write => update(things, { where: { name }, add: { count: 1 } })
const create = (id: string): Write => insert(things, { id, name: id, count: 0 })

const order = (...writes: readonly Write[]): number[] => sortForLocking(writes).map(({ index }) => index)

describe('sortForLocking', () => {
  test('gives two batches on the same rows the same order', () => {
    expect([order(add('b'), add('a')), order(add('a'), add('b'))]).toEqual([
      [1, 0],
      [0, 1],
    ])
  })

  test('preserves the order of writes on one row', () => {
    expect(order(add('b'), add('a'), add('b'), add('a'))).toEqual([1, 3, 0, 2])
  })

  test.each([
    ['a key change', rename('c')],
    ['a write that does not address a single row', addAny('c')],
  ])('moves no write past %s', (_name, between) => {
    expect(order(add('b'), between, add('a'))).toEqual([0, 1, 2])
  })

  test('moves writes past inserts of other rows, which keep their order', () => {
    expect(order(add('b'), create('d'), add('a'), create('c'))).toEqual([2, 0, 1, 3])
    expect(order(add('b'), insert(notes, { id: 'b' }), add('a'))).toEqual([2, 0, 1])
  })

  test('moves no write past an insert of its row', () => {
    expect(order(add('b'), create('a'), add('a'))).toEqual([0, 1, 2])
    expect(order(add('b'), add('a'), create('b'), add('a'))).toEqual([1, 0, 3, 2])
  })

  test('returns every write exactly once', () => {
    const anyWrite = fc
      .tuple(fc.constantFrom(add, rename, addAny, create), fc.constantFrom('a', 'b', 'c'))
      .map(([make, id]) => make(id))
    fc.assert(
      fc.property(fc.array(anyWrite), (writes) => {
        expect(order(...writes).toSorted((left, right) => left - right)).toEqual(writes.map((_, at) => at))
      }),
    )
  })
})
