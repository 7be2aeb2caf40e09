import { batch, appliedBatches, defineTable, withBackfill, insert, integer, text, update } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { applyMigrations } from './migrate.ts'
import { diffTables } from './migrations/diff-tables.ts'
import type { Migration } from './migrations/migration.ts'

/** A table in the previous release and in the next one. */
const previous = defineTable({
  name: 'things',
  columns: { id: text(36), owner: text(40), count: integer() },
  key: ['id'],
  indexes: { byOwner: ['owner', 'id'] },
})
const next = defineTable({
  name: 'things',
  key: ['id'],
  columns: { ...previous.columns, seats: withBackfill(integer(), 3) },
  indexes: { byOwner: ['owner', 'seats'], bySeats: ['seats'] },
})
const other = defineTable({ name: 'boxes', columns: { id: text(36) }, key: ['id'] })
const migrations: readonly Migration[] = [
  { name: '0001-initial', steps: diffTables([], [appliedBatches, previous]).steps },
  { name: '0002-more', steps: diffTables([appliedBatches, previous], [appliedBatches, next, other]).steps },
]

for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind !== 'pglite')) {
  const { dialect } = database
  describe(`hosts of the previous release during a migration on ${database.name}`, () => {
    test.each(['through Kysely', 'with the driver'])('keep reading and writing %s', async (form) => {
      const fresh = await database.create()
      const { db, driver } = fresh.connectWithDriver()
      await applyMigrations(db, { dialect }, migrations.slice(0, 1))
      const host = kyselyStorage(db, { dialect, ...(form !== 'through Kysely' && driver) })
      const migrated = new AbortController()
      const ids: string[] = []
      const work = async (worker: number): Promise<void> => {
        for (let count = 0; count < 20 || (!migrated.signal.aborted && count < 2000); count++) {
          const id = `${worker} ${count}`
          await host.commit(batch(insert(previous, { id, owner: 'ann', count: 0 })))
          await host.commit(batch(update(previous, { where: { id }, add: { count: 1 } })))
          expect(await host.find(previous, { where: { id, owner: 'ann' } })).toEqual([{ id, owner: 'ann', count: 1 }])
          ids.push(id)
          // SQLite is synchronous: yield to the migration.
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const workers = [1, 2, 3].map(work)
      await expect.poll(() => ids.length).toBeGreaterThan(10)
      // Two connections of one process to an SQLite file would block each other.
      const migrating = dialect === 'sqlite' ? db : fresh.connect()
      expect(await applyMigrations(migrating, { dialect }, migrations)).toEqual(['core/0002-more'])
      migrated.abort()
      await Promise.all(workers)
      const rows = await kyselyStorage(db, { dialect }).find(next)
      expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
      expect(new Set(rows.map(({ count, seats }) => `${count} ${seats}`))).toEqual(new Set(['1 3']))
      await fresh.drop()
    })
  })

  if (database.kind === 'sqlite') continue
  describe(`a migration on ${database.name} blocked by a long transaction`, () => {
    test('lets later statements pass and completes after the transaction', { timeout: 300_000 }, async () => {
      const fresh = await database.create()
      const [db, host, migrating] = [fresh.connect(), fresh.connect(), fresh.connect()]
      await applyMigrations(db, { dialect }, migrations.slice(0, 1))
      const done = await db.transaction().execute(async (transaction) => {
        await sql`select id from billfold_things`.execute(transaction)
        const migration = applyMigrations(migrating, { dialect }, migrations)
        // The migration now waits for the table lock. A later commit queues behind it and must pass before the transaction ends.
        await new Promise((resolve) => setTimeout(resolve, 300))
        await kyselyStorage(host, { dialect }).commit(batch(insert(previous, { id: 'a', owner: 'ann', count: 0 })))
        return { migration }
      })
      expect(await done.migration).toEqual(['core/0002-more'])
      await fresh.drop()
    })
  })
}
