import { defineTable, withBackfill, integer, nullable, type Table, text } from '@billfold/core/storage'
import { describe, expect, test } from 'vitest'
import { differenceOf } from './difference.ts'
import { tablesAfter } from './migration.ts'

const things = defineTable({
  name: 'things',
  columns: { id: text(36), owner: text(36), colour: nullable(text(20)) },
  key: ['id'],
  unique: { byOwner: ['owner'] },
  indexes: { byColour: ['colour'], byBoth: ['owner', 'colour'] },
})

const boxes = defineTable({ name: 'boxes', columns: { id: text(36) }, key: ['id'] })

/** The table `things` with something else in it. */
function changed(change: Partial<Table>): readonly Table[] {
  return [{ ...things, ...change }]
}

function columns(more: Table['columns']): Table['columns'] {
  return { ...things.columns, ...more }
}

describe('the difference of tables', () => {
  test('is nothing between equals, in whatever order their columns are', () => {
    const turned = Object.fromEntries(Object.entries(things.columns).toReversed())
    expect(differenceOf([things], changed({ columns: turned }))).toEqual({ steps: [], issues: [] })
  })

  test('makes a table, adds columns, and makes, drops and replaces indexes', () => {
    const after = [
      ...changed({
        columns: columns({ seats: withBackfill(integer(), 3), seenAt: nullable(integer()) }),
        unique: { ...things.unique, bySeen: ['seenAt'], byOwnerAndSeats: ['owner', 'seats'] },
        indexes: { byBoth: ['colour', 'owner'], bySeats: ['seats'] },
      }),
      boxes,
    ]
    const { steps, issues } = differenceOf([things], after)
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
      { version: 1, steps: differenceOf([], [things]).steps },
      { version: 2, steps },
    ]
    expect(tablesAfter(both)).toEqual(after)
  })

  test.each<[string, readonly Table[], string]>([
    ['a table that is gone', [], 'the table things is gone'],
    [
      'a column that is gone',
      changed({ columns: { id: text(36), owner: text(36) } }),
      'the column things.colour is gone',
    ],
    ['a longer column', changed({ columns: columns({ owner: text(64) }) }), 'the column things.owner changed'],
    ['a column that may be null now', changed({ columns: columns({ owner: nullable(text(36)) }) }), 'changed'],
    ['a new column that says nothing of old rows', changed({ columns: columns({ seats: integer() }) }), 'filled()'],
    ['another primary key', changed({ key: ['owner'] }), 'the primary key of things changed'],
    ['a unique key that is gone', changed({ unique: {} }), 'the unique key byOwner of things is gone'],
    [
      'another unique key of that name',
      changed({ unique: { byOwner: ['id'] } }),
      'the unique key byOwner of things is gone',
    ],
    [
      'a unique key that old rows may break',
      changed({ unique: { ...things.unique, byColour: ['colour'] } }),
      'may break it',
    ],
    [
      'a unique key on a column that all old rows have the same in',
      changed({
        columns: columns({ seats: withBackfill(integer(), 0) }),
        unique: { ...things.unique, bySeats: ['seats'] },
      }),
      'may break it',
    ],
  ])('names %s, which no migration can do beside running hosts', (_, after, issue) => {
    expect(differenceOf([things], after).issues).toEqual([expect.stringContaining(issue)])
  })
})
