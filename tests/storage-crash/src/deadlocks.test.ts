import { batch, appliedBatches, defineTable, insert, integer, text, update } from '@billfold/core/storage'
import { createTables, kyselyStorage } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'

/** Hundreds of commits wait for a few connections. */
const statementTimeoutMs = 200_000

const counters = defineTable({
  name: 'counters',
  columns: { id: text(36), name: text(20), count: integer() },
  key: ['id'],
  unique: { byName: ['name'] },
})

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect } = database
  test(`batches of updates between inserts on ${database.name} do not deadlock`, async () => {
    const fresh = await database.create()
    const conflicts: string[] = []
    const retry = { onRetry: (reason: string) => conflicts.push(reason) }
    const db = fresh.connect()
    const storage = kyselyStorage(db, { dialect, retry, statementTimeoutMs })
    await createTables(db, { dialect }, [appliedBatches, counters])
    const rows = ['a', 'b', 'c'].map((id) => insert(counters, { id, name: id, count: 0 }))
    await storage.commit(batch(...rows))
    const add = (id: string) => update(counters, { where: { id }, add: { count: 1 } })
    const note = (name: string) => insert(counters, { id: name, name, count: 0 })
    const total = 60
    await Promise.all(
      Array.from({ length: total }, (_, at) => {
        const [first, second] = at % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)
        return storage.commit(batch(add(first), note(`one-${at}`), add(second), note(`two-${at}`)))
      }),
    )
    expect(await storage.find(counters, { where: { id: { in: ['a', 'b'] } }, orderBy: [['id', 'asc']] })).toEqual([
      { id: 'a', name: 'a', count: total },
      { id: 'b', name: 'b', count: total },
    ])
    expect(conflicts).toEqual([])
    await fresh.drop()
  })

  describe(`deadlocking batches on ${database.name}`, () => {
    /** Rows addressed by a unique key cannot be sorted for locking, so the database has to resolve the deadlock. */
    const add = (name: string) => update(counters, { where: { name }, add: { count: 1 } })

    test('are all applied, after a retry if the database aborted them', async () => {
      const fresh = await database.create()
      // One through Kysely only and one with its driver, which conflict with each other as well.
      const storages = [{ db: fresh.connect(), driver: {} }, fresh.connectWithDriver()].map(({ db, driver }) =>
        kyselyStorage(db, { dialect, ...driver, retry: { conflictMs: 25_000 }, statementTimeoutMs }),
      )
      const [storage] = storages
      if (storage === undefined) throw new Error('no storage')
      await createTables(fresh.connect(), { dialect }, [appliedBatches, counters])
      await storage.commit(
        batch(insert(counters, { id: 'a', name: 'a', count: 0 }), insert(counters, { id: 'b', name: 'b', count: 0 })),
      )
      const total = dialect === 'mysql' ? 60 : 6
      await Promise.all(
        Array.from({ length: total }, (_, at) =>
          (storages[at % 2] ?? storage).commit(at % 2 === 0 ? batch(add('a'), add('b')) : batch(add('b'), add('a'))),
        ),
      )
      expect((await storage.find(counters)).map((row) => row.count)).toEqual([total, total])
      await fresh.drop()
    })
  })
}
