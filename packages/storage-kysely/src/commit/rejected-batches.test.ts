import {
  appliedBatches,
  batch,
  check,
  defineTable,
  insert,
  integer,
  isCommitError,
  type Storage,
  text,
  update,
  type Write,
} from '@billfold/core/storage'
import { type FreshDatabase, listTestDatabases } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { createTables } from '../schema/create-tables.ts'

const counters = defineTable({ name: 'counters', columns: { id: text(8), count: integer() }, key: ['id'] })
const notes = defineTable({ name: 'notes', columns: { id: text(8) }, key: ['id'] })
const clients = 12
const rounds = 8

const passes = (id: string) => check(counters, { where: { id } })
const fails = (id: string) => check(counters, { where: { id, count: -1 } })

for (const database of await listTestDatabases()) {
  const { dialect, name } = database

  describe(`a rejected batch on ${name}`, () => {
    let fresh: FreshDatabase
    let storages: readonly Storage[]
    let conflicts = 0

    beforeAll(async () => {
      fresh = await database.create()
      await createTables(fresh.connect(), { dialect }, [appliedBatches, counters, notes])
      const retry = { onRetry: () => conflicts++ }
      storages = [0, 1].map(() => {
        const { db, driver } = fresh.connectWithDriver()
        return kyselyStorage(db, { dialect, retry, ...driver })
      })
      await storages[0]?.commit(batch(...['a', 'b', 'c'].map((id) => insert(counters, { id, count: 0 }))))
    })
    afterAll(() => fresh.drop())

    const commit = (at: number, ...writes: readonly Write[]) => storages[at % storages.length]?.commit(batch(...writes))

    test('locks its rows in the order of all batches, so that competing batches do not deadlock', async () => {
      const countOnce = async (client: number): Promise<void> => {
        for (;;) {
          const [row] = (await storages[client % storages.length]?.find(counters, { where: { id: 'c' } })) ?? []
          try {
            return await commit(
              client,
              passes('b'),
              passes('a'),
              update(counters, { where: { id: 'c', count: row?.count ?? 0 }, add: { count: 1 } }),
              // Needs a transaction on PostgreSQL, which commits other batches in one statement.
              check(notes, { where: {}, expectedRows: 'none' }),
            )
          } catch (error) {
            if (!isCommitError(error)) throw error
          }
        }
      }
      const countRounds = async (_: unknown, client: number): Promise<void> => {
        for (let round = 0; round < rounds; round++) await countOnce(client)
      }
      await Promise.all(Array.from({ length: clients }, countRounds))
      const [counted] = (await storages[0]?.find(counters, { where: { id: 'c' } })) ?? []
      expect(counted?.count).toBe(clients * rounds)
      // SQLite has one writer, who may have to wait.
      if (dialect !== 'sqlite') expect(conflicts).toBe(0)
    })

    test.each<readonly [string, readonly Write[], number]>([
      ['a condition that is locked last', [fails('c'), passes('b'), fails('a')], 0],
      ['a condition between others', [passes('c'), fails('b'), fails('a')], 1],
      ['the condition that is locked first', [passes('c'), passes('b'), fails('a')], 2],
      ['a duplicate before a condition', [passes('c'), insert(counters, { id: 'b', count: 0 }), fails('a')], 1],
      ['a condition before a duplicate', [fails('c'), insert(counters, { id: 'b', count: 0 }), fails('a')], 0],
      ['a condition after an insert', [insert(notes, { id: 'a' }), passes('c'), fails('b'), fails('a')], 2],
      ['a condition before one on any rows', [passes('b'), fails('a'), check(notes, { where: {} }), fails('c')], 1],
    ])('is reported by its first failing write: %s', async (_name, writes, index) => {
      const error: unknown = await commit(0, ...writes)?.catch((thrown: unknown) => thrown)
      expect(isCommitError(error) && error.index).toBe(index)
      expect(await storages[0]?.find(notes)).toEqual([])
    })
  })
}
