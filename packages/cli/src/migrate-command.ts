import { parseArgs } from 'node:util'
import {
  type Flavour,
  migrate,
  type MigrateOptions,
  type Naming,
  pendingMigrations,
  printMigrations,
} from '@billfold/storage-kysely'
import type { Kysely } from 'kysely'
import { type Command, UsageError } from './command.ts'
import { clusterUsage, parseCluster } from './cluster-option.ts'
import { connectDatabase, resolveDatabaseUrl, databaseUsage } from './connect-database.ts'
import { parseOrUsageError } from './parse-arguments.ts'

const flavours: readonly Flavour[] = ['sqlite', 'postgres', 'mysql', 'mariadb']

const usage = `billfold migrate [--database URL] [--dry-run] [--to NAME] [--schema NAME] [--prefix NAME] [--cluster NAME]
billfold migrate --print --dialect ${flavours.join('|')} [--from NAME] [--schema NAME] [--prefix NAME] [--cluster NAME]

Migrates the tables of a database to the schema that this release requires, or prints the SQL.

${databaseUsage}
  --dry-run        print the SQL for this database without running it
  --to NAME        the last migration to apply, such as 0001-initial-schema
  --print          print SQL without connecting to a database
  --from NAME      the newest migration that the database has; default: an empty database
  --dialect NAME   the dialect of the printed SQL
  --schema NAME    PostgreSQL: the schema, MySQL and MariaDB: the database; it must exist
  --prefix NAME    the prefix of table names; default: billfold_
${clusterUsage}`

/** `billfold migrate`: applies or prints migrations. */
export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'migrate the database to the schema that this release requires',
  usage,
  async run(args, terminal) {
    const { database, dialect, print, schema, prefix, ...rest } = parse(args)
    const cluster = parseCluster(rest.cluster)
    const names: Naming = {
      ...(schema !== undefined && { schema }),
      ...(prefix !== undefined && { tablePrefix: prefix }),
    }
    if (print === true) {
      const from = parseMigrationName('from', rest.from)
      const printed = {
        ...names,
        ...(from !== undefined && { from }),
        ...(cluster === 'galera' && { cluster }),
      }
      return terminal.print(printMigrations(parseFlavour(dialect), printed))
    }
    const to = parseMigrationName('to', rest.to)
    const isDryRun = rest['dry-run'] === true
    const url = resolveDatabaseUrl(database, terminal.environment)
    const connected = await connectDatabase(url, isDryRun ? 'empty' : 'create')
    try {
      const options = {
        dialect: connected.dialect,
        ...names,
        ...(cluster !== undefined && { cluster }),
        ...(to !== undefined && { to }),
      }
      const run = isDryRun ? printPending : applyMigrations
      terminal.print(await run(connected.db, options))
    } finally {
      await connected.db.destroy()
    }
  },
}

async function applyMigrations<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<string> {
  const applied = await migrate(db, options)
  return applied.length === 0 ? 'Nothing to migrate\n' : `Applied ${applied.join(', ')}\n`
}

/** Prints SQL only, so that the output can be used by programs. */
async function printPending<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<string> {
  const pending = await pendingMigrations(db, options)
  if (pending.length === 0) return '-- nothing to migrate\n'
  return pending
    .flatMap(({ id, statements }) => [`-- ${id}`, ...statements.map((sql) => `${sql};`)])
    .map((line) => `${line}\n`)
    .join('')
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = {
    database: text,
    dialect: text,
    schema: text,
    prefix: text,
    cluster: text,
    to: text,
    from: text,
  } as const
  const flags = { print: flag, 'dry-run': flag } as const
  return parseOrUsageError(() => parseArgs({ args: [...args], options: { ...options, ...flags } }).values)
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
