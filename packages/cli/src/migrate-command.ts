import {
  type Flavour,
  migrate,
  type MigrateOptions,
  type Naming,
  pendingMigrations,
  printMigrations,
} from '@billfold/storage-kysely'
import type { Kysely } from 'kysely'
import { type Terminal, UsageError } from './command.ts'
import { type CommandOutput, createSingleCommand, defineSubcommand, type OptionValues } from './command-group.ts'
import { parseCluster } from './cluster-option.ts'
import { connectDatabase, databaseOptions, resolveDatabaseUrl } from './connect-database.ts'

const flavours: readonly Flavour[] = ['sqlite', 'postgres', 'mysql', 'mariadb']

const options = {
  'dry-run': { type: 'boolean', help: 'print the SQL for this database without running it' },
  to: { type: 'string', value: 'NAME', help: 'the last migration to apply, such as 0001-initial-schema' },
  print: { type: 'boolean', help: 'print SQL without connecting to a database' },
  from: {
    type: 'string',
    value: 'NAME',
    help: 'with --print: the newest migration that the database has; default: an empty database',
  },
  dialect: { type: 'string', value: 'NAME', help: `with --print: the dialect of the SQL: ${flavours.join(', ')}` },
  ...databaseOptions,
} as const

/** `billfold migrate`: applies or prints migrations. */
export const migrateCommand = createSingleCommand({
  name: 'migrate',
  command: defineSubcommand({
    summary: 'migrate the database to the schema that this release requires',
    details:
      'Migrates the tables of a database to the schema that this release requires, or prints the SQL. A schema that is named must exist.',
    options,
    run: (values, _, terminal) => (values.print === true ? printSql(values) : migrateDatabase(values, terminal)),
  }),
})

type Values = OptionValues<typeof options>

async function printSql(values: Values): Promise<CommandOutput> {
  const from = parseMigrationName('from', values.from)
  const cluster = parseCluster(values.cluster)
  const sql = printMigrations(parseFlavour(values.dialect), {
    ...toNaming(values),
    ...(from !== undefined && { from }),
    ...(cluster === 'galera' && { cluster }),
  })
  return { text: sql, data: { sql } }
}

async function migrateDatabase(values: Values, terminal: Terminal): Promise<CommandOutput> {
  const to = parseMigrationName('to', values.to)
  const cluster = parseCluster(values.cluster)
  const isDryRun = values['dry-run'] === true
  const url = resolveDatabaseUrl(values.database, terminal.environment)
  const connected = await connectDatabase(url, isDryRun ? 'empty' : 'create')
  try {
    const migrateOptions = {
      dialect: connected.dialect,
      ...toNaming(values),
      ...(cluster !== undefined && { cluster }),
      ...(to !== undefined && { to }),
    }
    return await (isDryRun ? printPending : applyMigrations)(connected.db, migrateOptions)
  } finally {
    await connected.db.destroy()
  }
}

function toNaming({ schema, prefix }: Values): Naming {
  return { ...(schema !== undefined && { schema }), ...(prefix !== undefined && { tablePrefix: prefix }) }
}

async function applyMigrations<DB>(db: Kysely<DB>, migrateOptions: MigrateOptions): Promise<CommandOutput> {
  const applied = await migrate(db, migrateOptions)
  const text = applied.length === 0 ? 'Nothing to migrate\n' : `Applied ${applied.join(', ')}\n`
  return { text, data: { applied } }
}

/** Prints SQL only, so that the output can be used by programs. */
async function printPending<DB>(db: Kysely<DB>, migrateOptions: MigrateOptions): Promise<CommandOutput> {
  const pending = await pendingMigrations(db, migrateOptions)
  const lines = pending.flatMap(({ id, statements }) => [`-- ${id}`, ...statements.map((sql) => `${sql};`)])
  const text = lines.map((line) => `${line}\n`).join('')
  return { text: pending.length === 0 ? '-- nothing to migrate\n' : text, data: { pending } }
}

function parseMigrationName(option: string, value: string | undefined): string | undefined {
  if (value === undefined || /^\d{4}-[a-z0-9-]+$/.test(value)) return value
  throw new UsageError(`--${option} must be the name of a migration, such as 0001-initial-schema`)
}

function parseFlavour(name: string | undefined): Flavour {
  const flavour = flavours.find((known) => known === name)
  if (flavour === undefined) throw new UsageError(`Missing or unknown dialect: --dialect ${flavours.join('|')}`)
  return flavour
}
