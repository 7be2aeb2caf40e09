import { parseArgs } from 'node:util'
import { type Flavour, migrate, type Naming, printMigrations } from '@billfold/storage-kysely'
import { type Command, UsageError } from './command.ts'
import { connect } from './connect.ts'

const flavours: readonly Flavour[] = ['sqlite', 'postgres', 'mysql', 'mariadb']

const usage = `billfold migrate [--database URL] [--schema NAME] [--prefix NAME]
billfold migrate --print --dialect ${flavours.join('|')} [--schema NAME] [--prefix NAME]

Brings the tables of a database to the version that this release needs, or prints the SQL that makes them.

  --database URL   postgres://..., mysql://... or file:path.sqlite; default: the environment variable DATABASE_URL
  --print          prints SQL and touches no database
  --dialect NAME   the database that the SQL is for
  --schema NAME    PostgreSQL: the schema, MySQL and MariaDB: the database; it must exist
  --prefix NAME    what the names of tables begin with; default: billfold_`

/** `billfold migrate`: applies the migrations, or prints them. */
export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'bring the tables of a database to the version that this release needs',
  usage,
  async run(args, terminal) {
    const { database, dialect, print, schema, prefix } = parse(args)
    const naming: Naming = {
      ...(schema !== undefined && { schema }),
      ...(prefix !== undefined && { tablePrefix: prefix }),
    }
    if (print === true) return terminal.print(printMigrations(flavourNamed(dialect), naming))
    const url = database ?? terminal.environment['DATABASE_URL']
    if (url === undefined)
      throw new UsageError('Say which database: --database URL, or DATABASE_URL in the environment')
    const connected = await connect(url)
    try {
      const versions = await migrate(connected.db, { dialect: connected.dialect, ...naming })
      terminal.print(versions.length === 0 ? 'Nothing to do\n' : `Applied version ${versions.join(', ')}\n`)
    } finally {
      await connected.db.destroy()
    }
  },
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    const options = { database: text, dialect: text, print: { type: 'boolean' }, schema: text, prefix: text } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The arguments are not understood', { cause: error })
  }
}

function flavourNamed(name: string | undefined): Flavour {
  const flavour = flavours.find((known) => known === name)
  if (flavour === undefined) throw new UsageError(`Say for which database: --dialect ${flavours.join('|')}`)
  return flavour
}
