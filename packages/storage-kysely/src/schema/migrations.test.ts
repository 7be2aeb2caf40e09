import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isBillfoldError, tables } from '@billfold/core'
import { appliedBatches, withBackfill, integer, nullable, text, wideInteger } from '@billfold/core/storage'
import { openTestDatabases } from '@billfold/test-databases'
import { Kysely, MysqlDialect, sql } from 'kysely'
import { createPool } from 'mysql2'
import { describe, expect, test } from 'vitest'
import { namesOf, snakeCase } from '../sql/dialect.ts'
import { kyselyStorage } from '../kysely-storage.ts'
import { applyMigrations, findPending, migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { type Migration, tablesAfter } from './migrations/migration.ts'
import { printMigrations } from './print-migrations.ts'

test('the migrations together make the tables that core defines', () => {
  const byName = (left: { name: string }, right: { name: string }): number => (left.name < right.name ? -1 : 1)
  expect(tablesAfter(migrations).toSorted(byName)).toEqual(tables.toSorted(byName))
})

test('the versions count up from 1', () => {
  expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, at) => at + 1))
})

test('migrations that were released are what they were', () => {
  const digests = JSON.parse(readFileSync(new URL('migrations/released.json', import.meta.url), 'utf8'))
  const frozen = migrations.slice(0, digests.length)
  expect(frozen.map((migration) => hash('sha256', JSON.stringify(migration)))).toEqual(digests)
  expect(migrations.length - frozen.length, 'one version gathers what is not released yet').toBeLessThanOrEqual(1)
})

/** Two versions that use every kind of step. */
const first: Migration = {
  version: 1,
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
  version: 2,
  steps: [
    { kind: 'addColumn', table: 'things', name: 'colour', column: withBackfill(text(20), "it's red") },
    { kind: 'addColumn', table: 'things', name: 'seenAt', column: nullable(integer()) },
    { kind: 'addColumn', table: 'things', name: 'worth', column: withBackfill(wideInteger(), '-12345678901234567890') },
    { kind: 'dropIndex', table: 'things', name: 'byBoth' },
    { kind: 'createIndex', table: 'things', name: 'byBoth', columns: ['ownerName', 'seenAt'], unique: false },
    { kind: 'createIndex', table: 'things', name: 'byColour', columns: ['colour', 'seenAt'], unique: true },
  ],
}

/** A table of Billfold's with one unique key. */
const keyed = tables.find((table) => Object.keys(table.unique).length === 1) ?? appliedBatches

async function issuesOf(attempt: Promise<unknown>): Promise<readonly string[]> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isBillfoldError(error, 'storage.schema-mismatch')) throw new Error('expected storage.schema', { cause: error })
  return error.issues.map((issue) => `${issue.path}: ${issue.message}`)
}

for (const database of await openTestDatabases()) {
  const { dialect } = database
  describe(`migrations on ${database.name}`, () => {
    test('make what the storage verifies, once', async () => {
      const fresh = await database.open()
      const db = fresh.connect()
      const storage = kyselyStorage(db, { dialect })
      expect((await issuesOf(storage.verify()))[0]).toBe(
        'billfold_migrations: version 1 was not applied: run billfold migrate',
      )
      expect(await migrate(db, { dialect })).toEqual(migrations.map((migration) => migration.version))
      expect(await migrate(db, { dialect })).toEqual([])
      await expect(storage.verify()).resolves.toBeUndefined()
      await fresh.drop()
    })

    test('are applied once when several processes migrate at the same time', async () => {
      const fresh = await database.open()
      const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(fresh.connect(), { dialect })))
      expect(applied.flat()).toEqual(migrations.map((migration) => migration.version))
      await fresh.drop()
    })

    test('name every table with the prefix of the host', async () => {
      const fresh = await database.open()
      const db = fresh.connect()
      await migrate(db, { dialect, tablePrefix: 'ours_' })
      await expect(kyselyStorage(db, { dialect, tablePrefix: 'ours_' }).verify()).resolves.toBeUndefined()
      const missing = tables.map((table) => `billfold_${snakeCase(table.name)}: the table is missing`)
      expect((await issuesOf(kyselyStorage(db, { dialect }).verify())).slice(migrations.length).toSorted()).toEqual(
        missing.toSorted(),
      )
      await fresh.drop()
    })

    test('add columns, fill them, and index them', async () => {
      const fresh = await database.open()
      const db = fresh.connect()
      expect(await applyMigrations(db, { dialect }, [first])).toEqual([1])
      await sql`insert into billfold_things (id, owner_name) values ('a', 'ann')`.execute(db)
      expect(await applyMigrations(db, { dialect }, [first, second])).toEqual([2])
      const { rows } = await sql`select colour, seen_at from billfold_things`.execute(db)
      expect(rows).toEqual([{ colour: "it's red", seen_at: null }])
      const [things] = tablesAfter([first, second])
      expect(things && (await kyselyStorage(db, { dialect }).find(things))).toEqual([
        { id: 'a', ownerName: 'ann', colour: "it's red", seenAt: null, worth: -12345678901234567890n },
      ])
      await fresh.drop()
    })

    test('are shown before they are applied, and stop at the version that is named', async () => {
      const fresh = await database.open()
      const db = fresh.connect()
      const versions = [first, second]
      const pending = (to?: number) => findPending(db, { dialect, ...(to !== undefined && { to }) }, versions)
      expect((await pending(1)).map(({ version }) => version)).toEqual([1])
      expect((await pending()).map(({ version }) => version)).toEqual([1, 2])
      await expect(applyMigrations(db, { dialect, to: 3 }, versions)).rejects.toThrow(
        expect.objectContaining({ code: 'input.invalid', issues: [{ path: 'to', message: 'must be one of 1, 2' }] }),
      )
      expect(await applyMigrations(db, { dialect, to: 1 }, versions)).toEqual([1])
      const [left, ...more] = await pending()
      expect([left?.version, left?.statements.length, more]).toEqual([2, second.steps.length, []])
      await db.connection().execute(async (connection) => {
        for (const statement of left?.statements ?? []) await sql.raw(statement).execute(connection)
      })
      const [things] = tablesAfter(versions)
      expect(things && (await kyselyStorage(db, { dialect }).find(things))).toEqual([])
      await fresh.drop()
    })

    test('that fail can be applied again when the cause is gone', async () => {
      const fresh = await database.open()
      const db = fresh.connect()
      await applyMigrations(db, { dialect }, [first])
      await sql`insert into billfold_things (id, owner_name) values ('a', 'ann'), ('b', 'bob')`.execute(db)
      const failing: Migration = {
        version: 2,
        steps: [
          ...second.steps,
          { kind: 'createIndex', table: 'things', name: 'onlyOne', columns: ['colour'], unique: true },
        ],
      }
      await expect(applyMigrations(db, { dialect }, [first, failing])).rejects.toThrow('Something went wrong')
      await sql`delete from billfold_things where id = 'b'`.execute(db)
      expect(await applyMigrations(db, { dialect }, [first, failing])).toEqual([2])
      await fresh.drop()
    })

    test('are verified by column: a changed schema is named', async () => {
      const fresh = await database.open()
      const db = fresh.connect()
      await migrate(db, { dialect })
      const names = namesOf(dialect, {})
      const [key = ''] = Object.keys(keyed.unique)
      const [column = ''] = Object.keys(keyed.columns).toReversed()
      const table = names.bareTable(keyed.name)
      const index = names.index(keyed.name, key)
      await sql.raw(`drop index ${index}${dialect === 'mysql' ? ` on ${table}` : ''}`).execute(db)
      await sql.raw(`alter table ${table} rename column ${names.column(column)} to another`).execute(db)
      expect(await issuesOf(kyselyStorage(db, { dialect }).verify())).toEqual([
        `${table}.${snakeCase(column)}: the column is missing`,
        `${table}.${index}: the unique key is missing`,
      ])
      await fresh.drop()
    })

    test('are printed as SQL that makes the same', async () => {
      const fresh = await database.open()
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

for (const database of (await openTestDatabases()).filter(({ kind }) => kind === 'mysql')) {
  describe(`a pool without FOUND_ROWS on ${database.name}`, () => {
    test('is named when the storage is verified, since it would miscount guards', async () => {
      const fresh = await database.open()
      await migrate(fresh.connect(), { dialect: 'mysql' })
      const pool = createPool({ uri: fresh.url ?? '', flags: ['-FOUND_ROWS'] })
      const db = new Kysely<Readonly<Record<never, never>>>({ dialect: new MysqlDialect({ pool }) })
      const error = await kyselyStorage(db, { dialect: 'mysql' })
        .verify()
        .catch((thrown: unknown) => thrown)
      expect(isBillfoldError(error, 'storage.schema-mismatch') && error.issues).toEqual([
        { path: 'connection', message: expect.stringContaining('FOUND_ROWS') },
      ])
      await db.destroy()
      await fresh.drop()
    })
  })
}
