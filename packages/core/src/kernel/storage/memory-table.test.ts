import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesWhere } from './match-where.ts'
import { MemoryTable } from './memory-table.ts'
import type { Row, Where } from './storage.ts'
import { defineTable, integer, nullable, text } from './table.ts'

const places = defineTable({
  name: 'places',
  columns: { id: text(), list: nullable(text()), index: nullable(integer()) },
  key: ['id'],
  unique: { byPlace: ['list', 'index'] },
})

const list = fc.constantFrom('a', 'b', null)
const index = fc.option(fc.integer({ min: 0, max: 3 }))
const rows = fc.array(fc.record({ list, index }), { maxLength: 12 })
const condition = <T extends string | number>(value: fc.Arbitrary<T | null>, some: fc.Arbitrary<T>) =>
  fc.oneof(
    value,
    fc.array(some, { maxLength: 4 }).map((values) => ({ in: values })),
    some.map((one) => ({ ne: one })),
  )
const wheres = fc.record(
  { list: condition(list, fc.constantFrom('a', 'b')), index: condition(index, fc.integer({ min: 0, max: 3 })) },
  { requiredKeys: [] },
)

const idsOf = (found: readonly Row[]) => found.map(({ id }) => String(id)).toSorted()

test('rows that are looked up by a unique key are those that a scan of all rows finds', () => {
  fc.assert(
    fc.property(rows, wheres, fc.nat(), (inserted, where: Where, removed) => {
      const table = new MemoryTable(places)
      const all = inserted
        .map((row, at): Row => ({ ...row, id: `row ${at}` }))
        .filter((row) => table.insert(row) !== undefined)
      const gone = all[removed % Math.max(1, all.length)]
      if (gone !== undefined) table.remove(gone)
      const left = all.filter((row) => row !== gone)
      expect(idsOf(table.matching(where))).toEqual(idsOf(left.filter((row) => matchesWhere(row, where))))
    }),
  )
})
