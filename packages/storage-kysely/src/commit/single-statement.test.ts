import { batch, check, defineTable, insert, integer, remove, text, update, type Write } from '@billfold/core/storage'
import { describe, expect, test } from 'vitest'
import { createNames, type Target } from '../sql/dialect.ts'
import { createStatementCache } from '../sql/statement-cache.ts'
import { singleStatement } from './single-statement.ts'

const things = defineTable({
  name: 'things',
  columns: { id: text(8), name: text(8), count: integer() },
  key: ['id'],
  unique: { byName: ['name'] },
})
const notes = defineTable({ name: 'notes', columns: { id: text(8), count: integer() }, key: ['id'] })
const target: Target = { dialect: 'postgres', names: createNames('postgres', {}), statements: createStatementCache() }

const add = (id: string) => update(things, { where: { id, count: { gte: 1 } }, add: { count: -1 } })
const rename = (id: string, name: string) => update(things, { where: { id }, set: { name } })
const create = (id: string) => insert(things, { id, name: id, count: 0 })
const note = (id: string) => insert(notes, { id, count: 0 })
const addToNote = (id: string) => update(notes, { where: { id }, add: { count: 1 } })

const isSingle = (...writes: readonly Write[]): boolean => singleStatement(target, batch(...writes)) !== undefined

describe('singleStatement', () => {
  test.each<readonly [string, readonly Write[]]>([
    ['without writes', []],
    ['with a single write of any kind', [remove(things, { where: { count: { gt: 3 } }, expectedRows: 'any' })]],
    ['of inserts only', [create('a'), create('b'), note('a'), note('b')]],
    ['of updates of different rows and inserts of others', [add('b'), add('a'), create('c'), note('a')]],
    ['that addresses a row by another unique key', [note('a'), check(things, { where: { name: 'a' } })]],
    [
      'whose first write addresses any rows',
      [check(notes, { where: {}, expectedRows: 'none' }), add('a'), create('b')],
    ],
    ['that changes a key as its only write on the table', [note('a'), rename('a', 'b')]],
  ])('builds one statement for a batch %s', (_name, writes) => {
    expect(isSingle(...writes)).toBe(true)
  })

  test.each<readonly [string, readonly Write[]]>([
    ['updates a row twice', [add('a'), add('a')]],
    ['updates a row that it inserts', [create('a'), add('a')]],
    ['changes a key next to other writes on the table', [rename('a', 'b'), create('c')]],
    ['removes a row next to an insert that can reuse its key', [remove(things, { where: { id: 'a' } }), create('b')]],
    ['addresses any rows after the first write', [add('a'), remove(notes, { where: {}, expectedRows: 'any' })]],
    [
      'requires the absence of a row after the first write',
      [add('a'), check(notes, { where: { id: 'a' }, expectedRows: 'none' })],
    ],
    ['addresses a row by no whole key after the first write', [addToNote('a'), check(things, { where: { count: 1 } })]],
    ['addresses rows by different keys that can be the same row', [add('a'), check(things, { where: { name: 'a' } })]],
    ['has more writes than the maximum', Array.from({ length: 33 }, (_, at) => note(String(at)))],
  ])('returns undefined for a batch that %s', (_name, writes) => {
    expect(isSingle(...writes)).toBe(false)
  })

  test('generates the same text for different values and another text for different conditions', () => {
    const toSql = (...writes: readonly Write[]) => singleStatement(target, batch(...writes))?.sql
    expect(toSql(add('a'), note('b'))).toBe(toSql(add('c'), note('d')))
    expect(toSql(check(things, { where: { id: 'a' } }))).not.toBe(
      toSql(check(things, { where: { id: 'a' }, expectedRows: 'none' })),
    )
  })

  test('orders the parameters by their placeholders', () => {
    const { sql, parameters } = singleStatement(target, batch(note('n'), add('b'), add('a'), create('c'))) ?? {}
    expect(parameters?.slice(0, 6)).toEqual([-1, 'a', 1, -1, 'b', 1])
    expect(parameters?.slice(8)).toEqual(['n', 0, 'c', 'c', 0])
    const placeholders = [...(sql ?? '').matchAll(/\$(\d+)/g)].map(([, number]) => Number(number))
    expect(placeholders).toEqual(parameters?.map((_, at) => at + 1))
  })
})
