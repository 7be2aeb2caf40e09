import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { isBillfoldError, tables } from '@billfold/core'
import { appliedBatches, withBackfill, integer, nullable, text, wideInteger } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { Kysely, MysqlDialect, sql } from 'kysely'
import { createPool } from 'mysql2'
import { describe, expect, test } from 'vitest'
import { createNames, toSnakeCase } from '../sql/dialect.ts'
import { kyselyStorage } from '../kysely-storage.ts'
import { createTables } from './create-tables.ts'
import { applyMigrations, findPendingMigrations, migrate } from './migrate.ts'
import { coreMigrations } from './migrations/core-migrations.ts'
import { type Migration, tablesAfter } from './migrations/migration.ts'
import { printMigrations } from './print-migrations.ts'

const ids = coreMigrations().map(({ name }) => `core/${name}`)

test('the migrations of core create the tables that core defines', () => {
  const byName = (left: { name: string }, right: { name: string }): number => (left.name < right.name ? -1 : 1)
  expect(tablesAfter(coreMigrations()).toSorted(byName)).toEqual(tables.toSorted(byName))
})

test('the migrations of core are numbered from 0001 without a gap', () => {
  expect(coreMigrations().map(({ name }) => name.slice(0, 4))).toEqual(
    coreMigrations().map((_, index) => String(index + 1).padStart(4, '0')),
  )
})

test('every migration file is part of the code', () => {
  const files = readdirSync(new URL('../../migrations/', import.meta.url)).filter((file) => file !== 'released.json')
  expect(coreMigrations().map(({ name }) => `${name}.json`)).toEqual(files.toSorted())
})

test('released migrations do not change, and at most one is not released', () => {
  const digests = JSON.parse(readFileSync(new URL('../../migrations/released.json', import.meta.url), 'utf8'))
  const released = coreMigrations().slice(0, digests.length)
  expect(released.map((migration) => hash('sha256', JSON.stringify(migration)))).toEqual(digests)
  expect(coreMigrations().length - released.length).toBeLessThanOrEqual(1)
})

/** Two migrations with every kind of step. */
const first: Migration = {
  name: '0001-initial',
  steps: [
    {
      kind: 'createTable',
      table: {
        name: 'things',
        columns: { id: text(36), ownerName: text(40) },
        key: ['id'],
        unique: { byOwner: ['ownerName'] },
        indexes: { byBoth: ['ownerName', 'id'] },
      },
    },
  ],
}
const second: Migration = {
  name: '0002-more',
  steps: [
    { kind: 'addColumn', table: 'things', name: 'colour', column: withBackfill(text(20), "it's \\ red?") },
    { kind: 'addColumn', table: 'things', name: 'seenAt', column: nullable(integer()) },
    { kind: 'addColumn', table: 'things', name: 'worth', column: withBackfill(wideInteger(), '-12345678901234567890') },
    { kind: 'dropIndex', table: 'things', name: 'byBoth' },
    { kind: 'createIndex', table: 'things', name: 'byBoth', columns: ['ownerName', 'seenAt'], unique: false },
    { kind: 'createIndex', table: 'things', name: 'byColour', columns: ['colour', 'seenAt'], unique: true },
  ],
}

/** A table of core with one unique key. */
const keyed = tables.find((table) => Object.keys(table.unique).length === 1) ?? appliedBatches

async function listIssues(attempt: Promise<unknown>): Promise<readonly string[]> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isBillfoldError(error, 'storage.schema-mismatch'))
    throw new Error('expected storage.schema-mismatch', { cause: error })
  return error.issues.map((issue) => `${issue.path}: ${issue.message}`)
}

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect } = database
  describe(`migrations on ${database.name}`, () => {
    test('create what verify() checks, once', async () => {
      const fresh = await database.create()
      const db = fresh.connect()
      const storage = kyselyStorage(db, { dialect })
      await expect(storage.verify()).rejects.toThrow(expect.objectContaining({ code: 'storage.schema-mismatch' }))
      expect(await migrate(db, { dialect })).toEqual(ids)
      expect(await migrate(db, { dialect })).toEqual([])
      await expect(storage.verify()).resolves.toBeUndefined()
      await fresh.drop()
    })

    test('are applied once by concurrent processes', async () => {
      const fresh = await database.create()
      const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(fresh.connect(), { dialect })))
      expect(applied.flat()).toEqual(ids)
      await fresh.drop()
    })

    test('name every table with the prefix of the host', async () => {
      const fresh = await database.create()
      const db = fresh.connect()
      await migrate(db, { dialect, tablePrefix: 'ours_' })
      await expect(kyselyStorage(db, { dialect, tablePrefix: 'ours_' }).verify()).resolves.toBeUndefined()
      await createTables(db, { dialect }, [appliedBatches])
      const missing = tables
        .filter(({ name }) => name !== appliedBatches.name)
        .map(({ name }) => `billfold_${toSnakeCase(name)}: the table is missing`)
      const [migration, ...others] = await listIssues(kyselyStorage(db, { dialect }).verify())
      expect(migration).toBe('billfold_migrations: core/0001-initial-schema was not applied: run billfold migrate')
      expect(others.toSorted()).toEqual(missing.toSorted())
      await fresh.drop()
    })

    test('add columns with backfilled values and indexes', async () => {
      const fresh = await database.create()
      const db = fresh.connect()
      expect(await applyMigrations(db, { dialect }, [first])).toEqual(['core/0001-initial'])
      await sql`insert into billfold_things (id, owner_name) values ('a', 'ann')`.execute(db)
      expect(await applyMigrations(db, { dialect }, [first, second])).toEqual(['core/0002-more'])
      const { rows } = await sql`select colour, seen_at from billfold_things`.execute(db)
      expect(rows).toEqual([{ colour: "it's \\ red?", seen_at: null }])
      const [things] = tablesAfter([first, second])
      expect(things && (await kyselyStorage(db, { dialect }).find(things))).toEqual([
        { id: 'a', ownerName: 'ann', colour: "it's \\ red?", seenAt: null, worth: -12345678901234567890n },
      ])
      await fresh.drop()
    })

    test('are listed before they are applied, and stop at the one named by `to`', async () => {
      const fresh = await database.create()
      const db = fresh.connect()
      const both = [first, second]
      const pending = (to?: string) => findPendingMigrations(db, { dialect, ...(to !== undefined && { to }) }, both)
      expect((await pending('0001-initial')).map(({ id }) => id)).toEqual(['core/0001-initial'])
      expect((await pending()).map(({ id }) => id)).toEqual(['core/0001-initial', 'core/0002-more'])
      await expect(applyMigrations(db, { dialect, to: '0003-none' }, both)).rejects.toThrow(
        expect.objectContaining({
          code: 'input.invalid',
          issues: [{ path: 'to', message: 'must be one of 0001-initial, 0002-more: "0003-none"' }],
        }),
      )
      expect(await applyMigrations(db, { dialect, to: '0001-initial' }, both)).toEqual(['core/0001-initial'])
      const [left, ...more] = await pending()
      expect([left?.id, left?.statements.length, more]).toEqual(['core/0002-more', second.steps.length, []])
      await db.connection().execute(async (connection) => {
        for (const statement of left?.statements ?? []) await sql.raw(statement).execute(connection)
      })
      const [things] = tablesAfter(both)
      expect(things && (await kyselyStorage(db, { dialect }).find(things))).toEqual([])
      await fresh.drop()
    })

    test('can be applied again after a failure whose cause is removed', async () => {
      const fresh = await database.create()
      const db = fresh.connect()
      await applyMigrations(db, { dialect }, [first])
      await sql`insert into billfold_things (id, owner_name) values ('a', 'ann'), ('b', 'bob')`.execute(db)
      const failing: Migration = {
        name: '0002-more',
        steps: [
          ...second.steps,
          { kind: 'createIndex', table: 'things', name: 'onlyOne', columns: ['colour'], unique: true },
        ],
      }
      await expect(applyMigrations(db, { dialect }, [first, failing])).rejects.toThrow('Something went wrong')
      await sql`delete from billfold_things where id = 'b'`.execute(db)
      expect(await applyMigrations(db, { dialect }, [first, failing])).toEqual(['core/0002-more'])
      await fresh.drop()
    })

    test('are verified: a missing column and a missing unique key are reported', async () => {
      const fresh = await database.create()
      const db = fresh.connect()
      await migrate(db, { dialect })
      const names = createNames(dialect, {})
      const [key = ''] = Object.keys(keyed.unique)
      const [column = ''] = Object.keys(keyed.columns).toReversed()
      const table = names.bareTable(keyed.name)
      const index = names.index(keyed.name, key)
      await sql.raw(`drop index ${index}${dialect === 'mysql' ? ` on ${table}` : ''}`).execute(db)
      await sql.raw(`alter table ${table} rename column ${names.column(column)} to another`).execute(db)
      expect(await listIssues(kyselyStorage(db, { dialect }).verify())).toEqual([
        `${table}.${toSnakeCase(column)}: the column is missing`,
        `${table}.${index}: the unique key is missing`,
      ])
      await fresh.drop()
    })

    test('are printed as SQL that creates the same tables', async () => {
      const fresh = await database.create()
      const db = fresh.connect()
      const flavour = dialect === 'mysql' && database.name.startsWith('MariaDB') ? 'mariadb' : dialect
      const statements = printMigrations(flavour)
        .split(/;\n/)
        .filter((statement) => statement.trim() !== '')
      await db.connection().execute(async (connection) => {
        for (const statement of statements) await sql.raw(statement).execute(connection)
      })
      expect(await migrate(db, { dialect })).toEqual([])
      await expect(kyselyStorage(db, { dialect }).verify()).resolves.toBeUndefined()
      await fresh.drop()
    })
  })
}

for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind === 'mysql')) {
  describe(`a pool without FOUND_ROWS on ${database.name}`, () => {
    test('is reported by verify(), since it would miscount matched rows', async () => {
      const fresh = await database.create()
      await migrate(fresh.connect(), { dialect: 'mysql' })
      const pool = createPool({ uri: fresh.url ?? '', flags: ['-FOUND_ROWS'] })
      const db = new Kysely<Readonly<Record<never, never>>>({ dialect: new MysqlDialect({ pool }) })
      const error = await kyselyStorage(db, { dialect: 'mysql' })
        .verify()
        .catch((thrown: unknown) => thrown)
      expect(isBillfoldError(error, 'storage.session-mismatch') && error.issues).toEqual([
        { path: 'session.FOUND_ROWS', message: expect.stringContaining('FOUND_ROWS') },
      ])
      await db.destroy()
      await fresh.drop()
    })
  })
}
