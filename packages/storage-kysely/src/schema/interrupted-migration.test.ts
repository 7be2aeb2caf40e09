import { withBackfill, integer, nullable, text } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { applyMigrations, findPendingMigrations } from './migrate.ts'
import { type Migration, tablesAfter } from './migrations/migration.ts'

const first: Migration = {
  name: '0001-initial',
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
  name: '0002-more',
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
const migrations = [first, second]
const dialect = 'mysql'

type NoTables = Readonly<Record<never, never>>

/** Simulates a process that is killed after this many statements that change tables. */
function killedAfter(url: string, count: number): Kysely<NoTables> {
  let seen = 0
  return new Kysely<NoTables>({
    dialect: new MysqlDialect({ pool: createPool({ uri: url, connectionLimit: 1 }) }),
    log: ({ query }) => {
      if (/^(create|alter|drop|insert)/.test(query.sql) && ++seen === count) throw new Error('killed')
    },
  })
}

const databases = (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind === 'mysql')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) test.todo('needs MariaDB or MySQL')
for (const database of databases) {
  describe(`a migration on ${database.name}, which has no transactional DDL`, () => {
    // Plus the migration log and the entry in it.
    const statements = second.steps.length + 2
    test.each(Array.from({ length: statements }, (_, at) => at + 1))(
      'interrupted after %i statements is resumed by one of two processes',
      async (count) => {
        const fresh = await database.create()
        const db = fresh.connect()
        await applyMigrations(db, { dialect }, [first])
        const killed = killedAfter(fresh.url ?? '', count)
        await expect(applyMigrations(killed, { dialect }, migrations)).rejects.toThrow('Something went wrong')
        await killed.destroy()
        const [pending] = await findPendingMigrations(db, { dialect }, migrations)
        const isRecorded = count === statements
        // A new index with the name of a dropped one is created again, since the two cannot be distinguished.
        const repeated = count === 6 || count === 7 ? 2 : 0
        expect(pending?.statements.length).toBe(isRecorded ? undefined : statements - 1 - count + repeated)
        const applied = await Promise.all(
          [fresh.connect(), fresh.connect()].map((other) => applyMigrations(other, { dialect }, migrations)),
        )
        expect(applied.flat()).toEqual(isRecorded ? [] : ['core/0002-more'])
        expect(await findPendingMigrations(db, { dialect }, migrations)).toEqual([])
        for (const table of tablesAfter(migrations))
          expect(await kyselyStorage(db, { dialect }).find(table)).toEqual([])
        await fresh.drop()
      },
    )
  })
}
