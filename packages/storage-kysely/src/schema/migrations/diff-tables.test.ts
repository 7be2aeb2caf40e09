import { defineTable, withBackfill, integer, nullable, type Table, text } from '@billfold/core/storage'
import { describe, expect, test } from 'vitest'
import { diffTables } from './diff-tables.ts'
import { tablesAfter } from './migration.ts'

const things = defineTable({
  name: 'things',
  columns: { id: text(36), owner: text(36), colour: nullable(text(20)) },
  key: ['id'],
  unique: { byOwner: ['owner'] },
  indexes: { byColour: ['colour'], byBoth: ['owner', 'colour'] },
})

const boxes = defineTable({ name: 'boxes', columns: { id: text(36) }, key: ['id'] })

/** The table `things` with some properties replaced. */
function changed(change: Partial<Table>): readonly Table[] {
  return [{ ...things, ...change }]
}

function columns(more: Table['columns']): Table['columns'] {
  return { ...things.columns, ...more }
}

describe('diffTables', () => {
  test('returns no steps for equal tables with another column order', () => {
    const reordered = Object.fromEntries(Object.entries(things.columns).toReversed())
    expect(diffTables([things], changed({ columns: reordered }))).toEqual({ steps: [], issues: [] })
  })

  test('creates tables, adds columns, and creates, drops and replaces indexes', () => {
    const after = [
      ...changed({
        columns: columns({ seats: withBackfill(integer(), 3), seenAt: nullable(integer()) }),
        unique: { ...things.unique, bySeen: ['seenAt'], byOwnerAndSeats: ['owner', 'seats'] },
        indexes: { byBoth: ['colour', 'owner'], bySeats: ['seats'] },
      }),
      boxes,
    ]
    const { steps, issues } = diffTables([things], after)
    expect(issues).toEqual([])
    expect(steps.map((step) => [step.kind, step.kind === 'createTable' ? step.table.name : step.name])).toEqual([
      ['createTable', 'boxes'],
      ['addColumn', 'seats'],
      ['addColumn', 'seenAt'],
      ['dropIndex', 'byColour'],
      ['dropIndex', 'byBoth'],
      ['createIndex', 'byBoth'],
      ['createIndex', 'bySeats'],
      ['createIndex', 'bySeen'],
      ['createIndex', 'byOwnerAndSeats'],
    ])
    const both = [
      { name: '0001-initial', steps: diffTables([], [things]).steps },
      { name: '0002-more', steps },
    ]
    expect(tablesAfter(both)).toEqual(after)
  })

  test.each<[string, readonly Table[], string]>([
    ['a removed table', [], 'the table things was removed'],
    [
      'a removed column',
      changed({ columns: { id: text(36), owner: text(36) } }),
      'the column things.colour was removed',
    ],
    ['a longer column', changed({ columns: columns({ owner: text(64) }) }), 'the column things.owner changed'],
    ['a column made nullable', changed({ columns: columns({ owner: nullable(text(36)) }) }), 'changed'],
    [
      'a new column without a value for existing rows',
      changed({ columns: columns({ seats: integer() }) }),
      'withBackfill()',
    ],
    ['a changed primary key', changed({ key: ['owner'] }), 'the primary key of things changed'],
    ['a removed unique key', changed({ unique: {} }), 'the unique key byOwner of things was removed'],
    ['a changed unique key', changed({ unique: { byOwner: ['id'] } }), 'the unique key byOwner of things was removed'],
    [
      'a unique key that existing rows may violate',
      changed({ unique: { ...things.unique, byColour: ['colour'] } }),
      'may violate it',
    ],
    [
      'a unique key on a column that all old rows have the same in',
      changed({
        columns: columns({ seats: withBackfill(integer(), 0) }),
        unique: { ...things.unique, bySeats: ['seats'] },
      }),
      'may violate it',
    ],
  ])('reports %s, which is unsafe while hosts are running', (_, after, issue) => {
    expect(diffTables([things], after).issues).toEqual([expect.stringContaining(issue)])
  })
})
