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
import { listTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { createTables } from '../schema/create-tables.ts'

const counters = defineTable({ name: 'counters', columns: { id: text(8), count: integer() }, key: ['id'] })
const notes = defineTable({ name: 'notes', columns: { id: text(8) }, key: ['id'] })
const clients = 12
const rounds = 8

const passes = (id: string) => check(counters, { where: { id } })
const fails = (id: string) => check(counters, { where: { id, count: -1 } })
const addTo = (id: string) => update(counters, { where: { id }, add: { count: 1 } })

/** Opens a storage as two processes have it, with the counters a, b and c. */
async function openTwice({ create, dialect }: TestDatabase) {
  const fresh = await create()
  let conflicts = 0
  const open = () => {
    const { db, driver } = fresh.connectWithDriver()
    const storage = kyselyStorage(db, { dialect, retry: { onRetry: () => conflicts++ }, ...driver })
    const commitInTransaction = (...writes: readonly Write[]): Promise<void> =>
      db.transaction().execute((transaction) => storage.withTransaction(transaction).commit(batch(...writes)))
    return { storage, commitInTransaction }
  }
  await createTables(fresh.connect(), { dialect }, [appliedBatches, counters, notes])
  const [first, second] = [open(), open()]
  await first.storage.commit(batch(...['a', 'b', 'c'].map((id) => insert(counters, { id, count: 0 }))))
  return { first, second, conflicts: () => conflicts, drop: () => fresh.drop() }
}

async function readCount(storage: Storage, id: string): Promise<number> {
  const [row] = await storage.find(counters, { where: { id } })
  return row?.count ?? -1
}

/** Runs an operation often, for all clients at once. */
async function compete(operation: (client: number) => Promise<void>): Promise<void> {
  const repeat = async (_: unknown, client: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) await operation(client)
  }
  await Promise.all(Array.from({ length: clients }, repeat))
}

/** Adds one to c, as it was read, until nobody else has done so first. */
async function countOnce(storage: Storage): Promise<void> {
  for (;;) {
    const count = await readCount(storage, 'c')
    const write = update(counters, { where: { id: 'c', count }, add: { count: 1 } })
    // The last check needs a transaction on PostgreSQL, which commits other batches in one statement.
    const writes = [passes('b'), passes('a'), write, check(notes, { where: {}, expectedRows: 'none' })]
    try {
      return await storage.commit(batch(...writes))
    } catch (error) {
      if (!isCommitError(error)) throw error
    }
  }
}

const all = await listTestDatabases({ servers: 'always' })
// The others have one writer, who waits or is the only one.
const servers = all.filter(({ kind }) => kind === 'postgres' || kind === 'mysql')

for (const database of servers) {
  describe(`competing batches on ${database.name} do not deadlock`, () => {
    let opened: Awaited<ReturnType<typeof openTwice>>
    beforeAll(async () => {
      opened = await openTwice(database)
    })
    afterAll(() => opened.drop())

    test('when most are rejected', async () => {
      const { first, second, conflicts } = opened
      await compete((client) => countOnce((client % 2 === 0 ? first : second).storage))
      expect(await readCount(first.storage, 'c')).toBe(clients * rounds)
      expect(conflicts()).toBe(0)
    })

    test('when some are in transactions of the host', async () => {
      const { first, second, conflicts } = opened
      await compete((client) =>
        client % 2 === 0
          ? first.commitInTransaction(addTo('c'), addTo('b'), addTo('a'))
          : second.storage.commit(batch(addTo('a'), addTo('b'), addTo('c'))),
      )
      expect(await readCount(first.storage, 'a')).toBe(clients * rounds)
      expect(conflicts()).toBe(0)
    })
  })
}

for (const database of all) {
  describe(`a batch on ${database.name}`, () => {
    let opened: Awaited<ReturnType<typeof openTwice>>
    beforeAll(async () => {
      opened = await openTwice(database)
    })
    afterAll(() => opened.drop())

    test.each<readonly [string, readonly Write[], number]>([
      ['a condition that is locked last', [fails('c'), passes('b'), fails('a')], 0],
      ['a condition between others', [passes('c'), fails('b'), fails('a')], 1],
      ['the condition that is locked first', [passes('c'), passes('b'), fails('a')], 2],
      ['a duplicate before a condition', [passes('c'), insert(counters, { id: 'b', count: 0 }), fails('a')], 1],
      ['a condition before a duplicate', [fails('c'), insert(counters, { id: 'b', count: 0 }), fails('a')], 0],
      ['a condition after an insert', [insert(notes, { id: 'a' }), passes('c'), fails('b'), fails('a')], 2],
      ['a condition before one on any rows', [passes('b'), fails('a'), check(notes, { where: {} }), fails('c')], 1],
    ])('is rejected by its first failing write: %s', async (_name, writes, index) => {
      const { storage, commitInTransaction } = opened.first
      for (const commit of [() => storage.commit(batch(...writes)), () => commitInTransaction(...writes)]) {
        const error: unknown = await commit().catch((thrown: unknown) => thrown)
        expect(isCommitError(error) && error.index).toBe(index)
      }
      expect(await storage.find(notes)).toEqual([])
    })
  })
}
