import { batch, appliedBatches, defineTable, withBackfill, insert, integer, text, update } from '@billfold/core/storage'
import { openTestDatabases } from '@billfold/test-databases'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { applyMigrations } from './migrate.ts'
import { differenceOf } from './migrations/difference.ts'
import type { Migration } from './migrations/migration.ts'

/** A table as a host knows it, and as the version after has it. */
const known = defineTable({
  name: 'things',
  columns: { id: text(36), owner: text(40), count: integer() },
  key: ['id'],
  indexes: { byOwner: ['owner', 'id'] },
})
const newer = defineTable({
  name: 'things',
  key: ['id'],
  columns: { ...known.columns, seats: withBackfill(integer(), 3) },
  indexes: { byOwner: ['owner', 'seats'], bySeats: ['seats'] },
})
const other = defineTable({ name: 'boxes', columns: { id: text(36) }, key: ['id'] })
const versions: readonly Migration[] = [
  { version: 1, steps: differenceOf([], [appliedBatches, known]).steps },
  { version: 2, steps: differenceOf([appliedBatches, known], [appliedBatches, newer, other]).steps },
]

for (const database of (await openTestDatabases()).filter(({ kind }) => kind !== 'pglite')) {
  const { dialect } = database
  describe(`hosts of the version before, beside a migration on ${database.name}`, () => {
    test.each(['through Kysely', 'with the driver below it'])('go on reading and writing, %s', async (form) => {
      const fresh = await database.open()
      const { db, driver } = fresh.connectWithDriver()
      await applyMigrations(db, { dialect }, versions.slice(0, 1))
      const host = kyselyStorage(db, { dialect, ...(form !== 'through Kysely' && driver) })
      const migrated = new AbortController()
      const ids: string[] = []
      const work = async (worker: number): Promise<void> => {
        for (let count = 0; count < 20 || (!migrated.signal.aborted && count < 2000); count++) {
          const id = `${worker} ${count}`
          await host.commit(batch(insert(known, { id, owner: 'ann', count: 0 })))
          await host.commit(batch(update(known, { where: { id }, add: { count: 1 } })))
          expect(await host.find(known, { where: { id, owner: 'ann' } })).toEqual([{ id, owner: 'ann', count: 1 }])
          ids.push(id)
          // SQLite answers at once, and would let nobody else in.
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
      const workers = [1, 2, 3].map(work)
      await expect.poll(() => ids.length).toBeGreaterThan(10)
      // Two connections of one process to one SQLite file would wait for each other with the process standing still.
      const migrating = dialect === 'sqlite' ? db : fresh.connect()
      expect(await applyMigrations(migrating, { dialect }, versions)).toEqual([2])
      migrated.abort()
      await Promise.all(workers)
      const rows = await kyselyStorage(db, { dialect }).find(newer)
      expect(rows.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
      expect(new Set(rows.map(({ count, seats }) => `${count} ${seats}`))).toEqual(new Set(['1 3']))
      await fresh.drop()
    })
  })

  if (database.kind === 'sqlite') continue
  describe(`a migration on ${database.name} that meets a transaction which does not end`, () => {
    test('gives way to those who come after it, and is done when it is over', { timeout: 30_000 }, async () => {
      const fresh = await database.open()
      const [db, host, migrating] = [fresh.connect(), fresh.connect(), fresh.connect()]
      await applyMigrations(db, { dialect }, versions.slice(0, 1))
      const done = await db.transaction().execute(async (transaction) => {
        await sql`select id from billfold_things`.execute(transaction)
        const migration = applyMigrations(migrating, { dialect }, versions)
        // It stands before the table now. Whoever comes next is behind it, and must get by while the transaction lasts.
        await new Promise((resolve) => setTimeout(resolve, 300))
        await kyselyStorage(host, { dialect }).commit(batch(insert(known, { id: 'a', owner: 'ann', count: 0 })))
        return { migration }
      })
      expect(await done.migration).toEqual([2])
      await fresh.drop()
    })
  })
}
