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
import { connect, databaseNamed, databaseUsage } from './connect.ts'
import { understood } from './parse-arguments.ts'

const flavours: readonly Flavour[] = ['sqlite', 'postgres', 'mysql', 'mariadb']

const usage = `billfold migrate [--database URL] [--dry-run] [--to VERSION] [--schema NAME] [--prefix NAME]
billfold migrate --print --dialect ${flavours.join('|')} [--from VERSION] [--schema NAME] [--prefix NAME]

Brings the tables of a database to the version that this release needs, or prints the SQL that does.

${databaseUsage}
  --dry-run        prints the SQL that would bring this database there, and changes nothing
  --to VERSION     stops at this version
  --print          prints SQL and reaches for no database
  --from VERSION   the version that the database has; default: 0, an empty one
  --dialect NAME   the database that the SQL is for
  --schema NAME    PostgreSQL: the schema, MySQL and MariaDB: the database; it must exist
  --prefix NAME    what the names of tables begin with; default: billfold_`

/** `billfold migrate`: applies the migrations, or prints them. */
export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'bring the tables of a database to the version that this release needs',
  usage,
  async run(args, terminal) {
    const { database, dialect, print, schema, prefix, ...wanted } = parse(args)
    const naming: Naming = {
      ...(schema !== undefined && { schema }),
      ...(prefix !== undefined && { tablePrefix: prefix }),
    }
    if (print === true) {
      const from = versionNamed('from', wanted.from)
      return terminal.print(printMigrations(flavourNamed(dialect), { ...naming, ...(from !== undefined && { from }) }))
    }
    const to = versionNamed('to', wanted.to)
    const connected = await connect(databaseNamed(database, terminal.environment))
    try {
      const options = { dialect: connected.dialect, ...naming, ...(to !== undefined && { to }) }
      const say = wanted['dry-run'] === true ? wouldDo : didNow
      terminal.print(await say(connected.db, options))
    } finally {
      await connected.db.destroy()
    }
  },
}

async function didNow<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<string> {
  const versions = await migrate(db, options)
  return versions.length === 0 ? 'Nothing to do\n' : `Applied version ${versions.join(', ')}\n`
}

/** SQL alone, so that it can be read by a program as well. */
async function wouldDo<DB>(db: Kysely<DB>, options: MigrateOptions): Promise<string> {
  const pending = await pendingMigrations(db, options)
  if (pending.length === 0) return '-- nothing to do\n'
  return pending
    .flatMap(({ version, statements }) => [`-- version ${version}`, ...statements.map((sql) => `${sql};`)])
    .map((line) => `${line}\n`)
    .join('')
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = { database: text, dialect: text, schema: text, prefix: text, to: text, from: text } as const
  const flags = { print: flag, 'dry-run': flag } as const
  return understood(() => parseArgs({ args: [...args], options: { ...options, ...flags } }).values)
}

function versionNamed(option: string, value: string | undefined): number | undefined {
  if (value === undefined || /^\d{1,6}$/.test(value)) return value === undefined ? undefined : Number(value)
  throw new UsageError(`--${option} is the number of a version`)
}

function flavourNamed(name: string | undefined): Flavour {
  const flavour = flavours.find((known) => known === name)
  if (flavour === undefined) throw new UsageError(`Say for which database: --dialect ${flavours.join('|')}`)
  return flavour
}
