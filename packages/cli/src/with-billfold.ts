import {
  type Billfold,
  type BlobStore,
  createBillfold,
  environmentKeyring,
  fileKeyring,
  type Keyring,
} from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { type Terminal, UsageError } from './command.ts'
import { connect, databaseNamed, databaseUsage } from './connect.ts'

const text = { type: 'string' } as const

/** The options of every command that works on what is in the database. */
export const billfoldOptions = { database: text, schema: text, prefix: text, keyring: text, tenant: text } as const

/** What those options say, for the usage of a command. */
export const billfoldUsage = `${databaseUsage}
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
  const url = databaseNamed(values.database, terminal.environment)
  const keyring = keyringOf(values, terminal)
  const { db, dialect } = await connect(url)
  const { schema, prefix, tenant } = values
  try {
    const naming = { ...(schema !== undefined && { schema }), ...(prefix !== undefined && { tablePrefix: prefix }) }
    const storage = kyselyStorage(db, { dialect, ...naming })
    return await act(
      createBillfold({ storage, keyring, onboarding: { blobs: hostsBlobs }, ...(tenant !== undefined && { tenant }) }),
    )
  } finally {
    await db.destroy()
  }
}

/** The keyring that was named. @throws UsageError where none is, BillfoldError `keyring.invalid` */
export function keyringOf(
  { keyring }: Pick<BillfoldValues, 'keyring'>,
  { environment }: Pick<Terminal, 'environment'>,
): Keyring {
  if (keyring !== undefined) return fileKeyring(keyring)
  if (environment['BILLFOLD_KEYS'] === undefined)
    throw new UsageError('Say which keyring: --keyring FILE, or BILLFOLD_KEYS in the environment')
  return environmentKeyring(environment)
}

/** Where the host keeps files only the host knows: what is to be removed stays marked so, and its `maintain()` removes it. */
const hostsBlobs: BlobStore = { put: unreachable, get: unreachable, remove: unreachable }

function unreachable(): Promise<never> {
  return Promise.reject(new Error('The files of users are where the host keeps them'))
}
