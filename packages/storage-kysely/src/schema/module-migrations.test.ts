import { isBillfoldError } from '@billfold/core'
import {
  batch,
  defineTable,
  insert,
  integer,
  nullable,
  type Row,
  type Table,
  text,
  withBackfill,
} from '@billfold/core/storage'
import { type AnyTables, listTestDatabases } from '@billfold/test-databases'
import { type Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import type { MigrationModule } from './migration-modules.ts'
import { coreMigrations } from './migrations/core-migrations.ts'
import { printMigrations } from './print-migrations.ts'

const coreIds = coreMigrations().map(({ name }) => `core/${name}`)

/** Three states of the tables of a module: the second adds a table, the third columns and keys. */
const notes = defineTable({ name: 'notes', columns: { id: text(36), body: text(200) }, key: ['id'] })
const tags = defineTable({ name: 'tags', columns: { id: text(36) }, key: ['id'], indexes: { byId: ['id'] } })
const extendedNotes = defineTable({
  name: 'notes',
  columns: { ...notes.columns, colour: withBackfill(text(20), `it's a "red\\blue"`), seenAt: nullable(integer()) },
  key: ['id'],
  unique: { bySeenAt: ['seenAt'] },
  indexes: { byColour: ['colour', 'id'] },
})
const notebook = (...tables: readonly Table[]): MigrationModule => ({ name: 'notebook', tables })

async function listIssues(attempt: Promise<unknown>): Promise<readonly string[]> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isBillfoldError(error)) throw new Error('expected a BillfoldError', { cause: error })
  return [error.code, ...error.issues.map((issue) => `${issue.path}: ${issue.message}`)]
}

function listRows(db: Kysely<AnyTables>, dialect: MigrateDialect, table: Table): Promise<Row[]> {
  return kyselyStorage(db, { dialect }).find(table)
}

type MigrateDialect = Parameters<typeof migrate>[1]['dialect']

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect } = database
  const createDatabase = async () => {
    const fresh = await database.create()
    const db = fresh.connect()
    const apply = (...modules: readonly MigrationModule[]) => migrate(db, { dialect, modules })
    const verify = (...modules: readonly MigrationModule[]) => kyselyStorage(db, { dialect }).verify({ modules })
    return { ...fresh, db, apply, verify }
  }

  describe(`modules on ${database.name}`, () => {
    test('have their tables created in the run that creates those of core', async () => {
      const { db, apply, verify, drop } = await createDatabase()
      expect(await apply(notebook(notes))).toEqual([...coreIds, 'notebook/0001-tables'])
      expect(await apply(notebook(notes))).toEqual([])
      await verify(notebook(notes))
      await kyselyStorage(db, { dialect }).commit(batch(insert(notes, { id: 'a', body: 'x' })))
      expect(await listRows(db, dialect, notes)).toEqual([{ id: 'a', body: 'x' }])
      await drop()
    })

    test('can be added later, and can add tables, columns and keys later', async () => {
      const { db, apply, verify, drop } = await createDatabase()
      expect(await apply()).toEqual(coreIds)
      expect(await listIssues(verify(notebook(notes)))).toEqual([
        'storage.schema-mismatch',
        'billfold_migrations: notebook/0001-tables was not applied: run billfold migrate',
        'billfold_notes: the table is missing',
      ])
      expect(await apply(notebook(notes))).toEqual(['notebook/0001-tables'])
      await kyselyStorage(db, { dialect }).commit(batch(insert(notes, { id: 'a', body: 'x' })))
      expect(await apply(notebook(notes, tags))).toEqual(['notebook/0002-tables'])
      const pending = await pendingMigrations(db, { dialect, modules: [notebook(extendedNotes, tags)] })
      expect(pending.map(({ id, statements }) => [id, statements.length])).toEqual([['notebook/0003-tables', 4]])
      expect(await apply(notebook(extendedNotes, tags))).toEqual(['notebook/0003-tables'])
      await verify(notebook(extendedNotes, tags))
      expect(await listRows(db, dialect, extendedNotes)).toEqual([
        { id: 'a', body: 'x', colour: extendedNotes.columns.colour.backfill, seenAt: null },
      ])
      await drop()
    })

    test('of an earlier release have nothing to apply after a newer one has migrated', async () => {
      const { apply, verify, drop } = await createDatabase()
      await apply(notebook(notes))
      await apply(notebook(notes, tags))
      await apply(notebook(extendedNotes, tags))
      for (const earlier of [notebook(notes), notebook(notes, tags)]) {
        expect(await apply(earlier)).toEqual([])
        await verify(earlier)
      }
      await drop()
    })

    test('are applied once by concurrent processes', async () => {
      const { connect, drop } = await createDatabase()
      const modules = [notebook(notes), { name: 'tagging', tables: [tags] }]
      const applied = await Promise.all([1, 2, 3].map(() => migrate(connect(), { dialect, modules })))
      expect(applied.flat()).toEqual([...coreIds, 'notebook/0001-tables', 'tagging/0001-tables'])
      await drop()
    })

    test('whose tables changed in another way are rejected, and nothing is applied', async () => {
      const { db, apply, verify, drop } = await createDatabase()
      await apply(notebook(notes, tags))
      const withoutIndex = defineTable({ name: 'tags', columns: tags.columns, key: ['id'] })
      const longer = defineTable({ name: 'notes', columns: { id: text(36), body: text(300) }, key: ['id'] })
      const expected = [
        'storage.schema-mismatch',
        expect.stringMatching(/^modules.notebook.tables: the column notes.body changed/),
        'modules.notebook.tables: the index byId of tags changed',
      ]
      expect(await listIssues(apply(notebook(longer, withoutIndex), { name: 'other', tables: [] }))).toEqual(expected)
      expect(await listIssues(verify(notebook(longer, withoutIndex)))).toEqual(expected)
      expect(await pendingMigrations(db, { dialect, modules: [notebook(notes, tags)] })).toEqual([])
      await drop()
    })

    test('with their own migrations apply these by name, and cannot switch to others', async () => {
      const { apply, verify, drop } = await createDatabase()
      const first = { name: '0001-notes', steps: [{ kind: 'createTable', table: notes }] } as const
      const second = { name: '0002-tags', steps: [{ kind: 'createTable', table: tags }] } as const
      expect(await apply({ ...notebook(notes), migrations: [first] })).toEqual([...coreIds, 'notebook/0001-notes'])
      const both = { ...notebook(notes, tags), migrations: [first, second] }
      expect(await listIssues(verify(both))).toContain(
        'billfold_migrations: notebook/0002-tags was not applied: run billfold migrate',
      )
      expect(await apply(both)).toEqual(['notebook/0002-tags'])
      await verify(both)
      // Without migrations, the difference from the recorded ones is computed.
      expect(await apply(notebook(extendedNotes, tags))).toEqual(['notebook/0003-tables'])
      const other = { ...notebook(notes), migrations: [{ ...first, name: '0001-other' }] }
      expect(await listIssues(apply(other))).toEqual([
        'storage.schema-mismatch',
        'modules.notebook.migrations: the database has the migration 0001-notes, which is not among the migrations of the module',
      ])
      await drop()
    })

    test('are printed as SQL that creates and records the same tables', async () => {
      const { db, apply, verify, drop } = await createDatabase()
      const flavour = dialect === 'mysql' && database.name.startsWith('MariaDB') ? 'mariadb' : dialect
      const statements = printMigrations(flavour, { modules: [notebook(extendedNotes)] })
        .split(/;\n/)
        .filter((statement) => statement.trim() !== '')
      await db.connection().execute(async (connection) => {
        for (const statement of statements) await sql.raw(statement).execute(connection)
      })
      expect(await apply(notebook(extendedNotes))).toEqual([])
      await verify(notebook(extendedNotes))
      expect(await apply(notebook(extendedNotes, tags))).toEqual(['notebook/0002-tables'])
      await drop()
    })
  })
}

describe('modules', () => {
  test.each<[string, readonly MigrationModule[], string]>([
    ['the reserved name', [{ name: 'core', tables: [] }], 'modules.core: this module name is reserved or used twice'],
    ['a name twice', [notebook(notes), notebook()], 'modules.notebook: this module name is reserved or used twice'],
    [
      'a malformed name',
      [{ name: "note'book", tables: [] }],
      "modules.note'book: must be a letter, then up to 62 letters, digits and hyphens",
    ],
    [
      'a table of core',
      [notebook(defineTable({ name: 'users', columns: { id: text(36) }, key: ['id'] }))],
      'modules.notebook.tables: the table "users" is already defined by core',
    ],
    [
      'a table of another module',
      [notebook(notes), { name: 'other', tables: [notes] }],
      'modules.other.tables: the table "notes" is already defined by notebook',
    ],
    [
      'migrations that create other tables',
      [{ ...notebook(notes), migrations: [{ name: '0001-tags', steps: [{ kind: 'createTable', table: tags }] }] }],
      'modules.notebook.migrations: these migrations do not create exactly the tables of the module',
    ],
    [
      'migrations out of order',
      [{ ...notebook(), migrations: ['0002-b', '0001-a'].map((name) => ({ name, steps: [] })) }],
      'modules.notebook.migrations: "0001-a" must be four digits, a hyphen and a topic, in ascending order',
    ],
  ])('with %s are rejected', async (_, modules, issue) => {
    const print = Promise.resolve().then(() => printMigrations('sqlite', { modules }))
    expect(await listIssues(print)).toEqual(['input.invalid', issue])
  })
})
