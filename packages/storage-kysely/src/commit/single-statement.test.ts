import { batch, check, defineTable, insert, integer, remove, text, update, type Write } from '@billfold/core/storage'
import { describe, expect, test } from 'vitest'
import { namesOf, type Target } from '../sql/dialect.ts'
import { keepTexts } from '../sql/kept-texts.ts'
import { singleStatement } from './single-statement.ts'

const things = defineTable({
  name: 'things',
  columns: { id: text(8), name: text(8), count: integer() },
  key: ['id'],
  unique: { byName: ['name'] },
})
const notes = defineTable({ name: 'notes', columns: { id: text(8), count: integer() }, key: ['id'] })
const target: Target = { dialect: 'postgres', names: namesOf('postgres', {}), texts: keepTexts() }

const add = (id: string) => update(things, { where: { id, count: { gte: 1 } }, add: { count: -1 } })
const rename = (id: string, name: string) => update(things, { where: { id }, set: { name } })
const create = (id: string) => insert(things, { id, name: id, count: 0 })
const note = (id: string) => insert(notes, { id, count: 0 })
const addToNote = (id: string) => update(notes, { where: { id }, add: { count: 1 } })

const isSingle = (...writes: readonly Write[]): boolean => singleStatement(target, batch(...writes)) !== undefined

describe('a batch is one statement', () => {
  test.each<readonly [string, readonly Write[]]>([
    ['without writes', []],
    ['of any one write', [remove(things, { where: { count: { gt: 3 } }, expectedRows: 'any' })]],
    ['of inserts', [create('a'), create('b'), note('a'), note('b')]],
    ['of changes to different rows, and inserts of others', [add('b'), add('a'), create('c'), note('a')]],
    ['of a row found by another unique key', [note('a'), check(things, { where: { name: 'a' } })]],
    ['whose first write is on any rows', [check(notes, { where: {}, expectedRows: 'none' }), add('a'), create('b')]],
    ['that changes a key, when nothing else is on that table', [note('a'), rename('a', 'b')]],
  ])('%s', (_name, writes) => {
    expect(isSingle(...writes)).toBe(true)
  })

  test.each<readonly [string, readonly Write[]]>([
    ['a row changed twice', [add('a'), add('a')]],
    ['a row that it makes changed', [create('a'), add('a')]],
    ['a key changed beside other rows of the table', [rename('a', 'b'), create('c')]],
    ['a row removed beside an insert that may take its key', [remove(things, { where: { id: 'a' } }), create('b')]],
    ['any rows changed after the first write', [add('a'), remove(notes, { where: {}, expectedRows: 'any' })]],
    [
      'a row that must not be there after the first write',
      [add('a'), check(notes, { where: { id: 'a' }, expectedRows: 'none' })],
    ],
    ['a row found by no whole key after the first write', [addToNote('a'), check(things, { where: { count: 1 } })]],
    ['two rows found by different keys, which may be one', [add('a'), check(things, { where: { name: 'a' } })]],
    ['many writes', Array.from({ length: 33 }, (_, at) => note(String(at)))],
  ])('but not with %s', (_name, writes) => {
    expect(isSingle(...writes)).toBe(false)
  })

  test('whose text is the same for all values, and not for other guards', () => {
    const textOf = (...writes: readonly Write[]) => singleStatement(target, batch(...writes))?.sql
    expect(textOf(add('a'), note('b'))).toBe(textOf(add('c'), note('d')))
    expect(textOf(check(things, { where: { id: 'a' } }))).not.toBe(
      textOf(check(things, { where: { id: 'a' }, expectedRows: 'none' })),
    )
  })

  test('whose values are in the order of their marks', () => {
    const { sql, parameters } = singleStatement(target, batch(note('n'), add('b'), add('a'), create('c'))) ?? {}
    expect(parameters?.slice(0, 6)).toEqual([-1, 'a', 1, -1, 'b', 1])
    expect(parameters?.slice(8)).toEqual(['n', 0, 'c', 'c', 0])
    const marks = [...(sql ?? '').matchAll(/\$(\d+)/g)].map(([, mark]) => Number(mark))
    expect(marks).toEqual(parameters?.map((_, at) => at + 1))
  })
})
