import { type Billfold, createBillfold, environmentKeyring, fileKeyring } from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { type Terminal, UsageError } from './command.ts'
import { connect } from './connect.ts'

const text = { type: 'string' } as const

/** The options of every command that works on what is in the database. */
export const billfoldOptions = { database: text, schema: text, prefix: text, keyring: text, tenant: text } as const

/** What those options say, for the usage of a command. */
export const billfoldUsage = `  --database URL   postgres://..., mysql://... or file:path.sqlite; default: the environment variable DATABASE_URL
  --schema NAME    PostgreSQL: the schema, MySQL and MariaDB: the database
  --prefix NAME    what the names of tables begin with; default: billfold_
  --keyring FILE   the keyring file; default: the environment variable BILLFOLD_KEYS
  --tenant NAME    default: default`

/** What somebody typed for {@link billfoldOptions}. */
export type BillfoldValues = Readonly<Partial<Record<keyof typeof billfoldOptions, string>>>

/** Does something with Billfold over the database that was named, and closes it. @throws UsageError */
export async function withBillfold<T>(
  values: BillfoldValues,
  terminal: Terminal,
  act: (billfold: Billfold) => Promise<T>,
): Promise<T> {
  const url = values.database ?? terminal.environment['DATABASE_URL']
  if (url === undefined) throw new UsageError('Say which database: --database URL, or DATABASE_URL in the environment')
  if (values.keyring === undefined && terminal.environment['BILLFOLD_KEYS'] === undefined)
    throw new UsageError('Say which keyring: --keyring FILE, or BILLFOLD_KEYS in the environment')
  const keyring = values.keyring === undefined ? environmentKeyring(terminal.environment) : fileKeyring(values.keyring)
  const { db, dialect } = await connect(url)
  const { schema, prefix, tenant } = values
  try {
    const naming = { ...(schema !== undefined && { schema }), ...(prefix !== undefined && { tablePrefix: prefix }) }
    const storage = kyselyStorage(db, { dialect, ...naming })
    return await act(createBillfold({ storage, keyring, ...(tenant !== undefined && { tenant }) }))
  } finally {
    await db.destroy()
  }
}
