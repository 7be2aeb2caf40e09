import { withBackfill, integer, nullable, text } from '@billfold/core/storage'
import { openTestDatabases } from '@billfold/test-databases'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { applyMigrations, findPending } from './migrate.ts'
import { type Migration, tablesAfter } from './migrations/migration.ts'

const first: Migration = {
  version: 1,
  steps: [
    {
      kind: 'createTable',
      table: {
        name: 'things',
        columns: { id: text(36), owner: text(40) },
        key: ['id'],
        unique: { byOwner: ['owner'] },
        indexes: { byBoth: ['owner', 'id'] },
      },
    },
  ],
}
const second: Migration = {
  version: 2,
  steps: [
    {
      kind: 'createTable',
      table: { name: 'boxes', columns: { id: text(36) }, key: ['id'], unique: {}, indexes: { byId: ['id'] } },
    },
    { kind: 'addColumn', table: 'things', name: 'seats', column: withBackfill(integer(), 3) },
    { kind: 'addColumn', table: 'things', name: 'seenAt', column: nullable(integer()) },
    { kind: 'dropIndex', table: 'things', name: 'byBoth' },
    { kind: 'createIndex', table: 'things', name: 'byBoth', columns: ['owner', 'seats'], unique: false },
    { kind: 'createIndex', table: 'things', name: 'bySeen', columns: ['seenAt'], unique: true },
  ],
}
const versions = [first, second]
const dialect = 'mysql'

type NoTables = Readonly<Record<never, never>>

/** A process that ends right after so many statements that change tables. */
function endingAfter(url: string, changes: number): Kysely<NoTables> {
  let seen = 0
  return new Kysely<NoTables>({
    dialect: new MysqlDialect({ pool: createPool({ uri: url, connectionLimit: 1 }) }),
    log: ({ query }) => {
      if (/^(create|alter|drop|insert)/.test(query.sql) && ++seen === changes) throw new Error('the process ended')
    },
  })
}

for (const database of (await openTestDatabases()).filter(({ kind }) => kind === 'mysql')) {
  describe(`a migration on ${database.name}, where no change of a table can be taken back`, () => {
    // One more for the table of migrations, and one for the row in it.
    const statements = second.steps.length + 2
    test.each(Array.from({ length: statements }, (_, at) => at + 1))(
      'that ended after %i statements is taken up where it ended, by two processes at once',
      async (changes) => {
        const fresh = await database.open()
        const db = fresh.connect()
        await applyMigrations(db, { dialect }, [first])
        const ending = endingAfter(fresh.url ?? '', changes)
        await expect(applyMigrations(ending, { dialect }, versions)).rejects.toThrow('Something went wrong')
        await ending.destroy()
        const [pending] = await findPending(db, { dialect }, versions)
        const isNoted = changes === statements
        // A new index of an old name is made again: nobody can tell it from the old one.
        const redone = changes === 6 || changes === 7 ? 2 : 0
        expect(pending?.statements.length).toBe(isNoted ? undefined : statements - 1 - changes + redone)
        const applied = await Promise.all(
          [fresh.connect(), fresh.connect()].map((other) => applyMigrations(other, { dialect }, versions)),
        )
        expect(applied.flat()).toEqual(isNoted ? [] : [2])
        expect(await findPending(db, { dialect }, versions)).toEqual([])
        for (const table of tablesAfter(versions)) expect(await kyselyStorage(db, { dialect }).find(table)).toEqual([])
        await fresh.drop()
      },
    )
  })
}
