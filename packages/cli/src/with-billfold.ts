import {
  type Billfold,
  type BillfoldOptions,
  type BlobStore,
  createBillfold,
  environmentKeyring,
  fileKeyring,
  type Keyring,
} from '@billfold/core'
import { kyselyStorage } from '@billfold/storage-kysely'
import { type Terminal, UsageError } from './command.ts'
import { parseCluster } from './cluster-option.ts'
import { connectDatabase, databaseOptions, resolveDatabaseUrl } from './connect-database.ts'
import { listInstalledModules } from './installed-modules.ts'

/** The options of every command that uses the database. */
export const billfoldOptions = {
  ...databaseOptions,
  keyring: {
    type: 'string',
    value: 'FILE',
    help: 'the keyring file; default: the environment variable BILLFOLD_KEYS',
  },
  tenant: { type: 'string', value: 'NAME', help: 'the tenant; default: default' },
} as const

/** What the command line knows about a Billfold. */
export type BillfoldSettings = Pick<BillfoldOptions, 'storage' | 'keyring' | 'onboarding' | 'tenant'>

/** The values of {@link billfoldOptions}. */
export type BillfoldOptionValues = Readonly<Partial<Record<keyof typeof billfoldOptions, string>>>

/**
 * Runs a function with a Billfold on the given database, then closes the connection. It has the published modules that the host has
 * migrated: what they store about users is exported and erased, and what they seal is re-encrypted.
 * @throws UsageError
 */
export function withBillfold<T>(
  values: BillfoldOptionValues,
  terminal: Terminal,
  work: (billfold: Billfold) => Promise<T>,
): Promise<T> {
  return withBillfoldSettings(values, terminal, async (settings) =>
    work(createBillfold({ ...settings, modules: await listInstalledModules(settings) })),
  )
}

/**
 * Runs a function with the settings of a Billfold on the given database, to which it can add modules, then closes the connection.
 * @throws UsageError
 */
export async function withBillfoldSettings<T>(
  values: BillfoldOptionValues,
  terminal: Terminal,
  work: (settings: BillfoldSettings) => Promise<T>,
): Promise<T> {
  const url = resolveDatabaseUrl(values.database, terminal.environment)
  const keyring = loadKeyring(values, terminal)
  const { db, dialect } = await connectDatabase(url, 'reject')
  const { schema, prefix, tenant } = values
  try {
    const cluster = parseCluster(values.cluster)
    const naming = { ...(schema !== undefined && { schema }), ...(prefix !== undefined && { tablePrefix: prefix }) }
    const storage = kyselyStorage(db, { dialect, ...naming, ...(cluster !== undefined && { cluster }) })
    return await work({
      storage,
      keyring,
      onboarding: { blobs: unreachableBlobs },
      ...(tenant !== undefined && { tenant }),
    })
  } finally {
    await db.destroy()
  }
}

/**
 * Loads the keyring from a file or the environment.
 * @throws UsageError if there is none; BillfoldError `keyring.invalid`
 */
export function loadKeyring(
  { keyring }: Pick<BillfoldOptionValues, 'keyring'>,
  { environment }: Pick<Terminal, 'environment'>,
): Keyring {
  if (keyring !== undefined) return fileKeyring(keyring)
  if (environment['BILLFOLD_KEYS'] === undefined)
    throw new UsageError('Missing argument: --keyring FILE, or BILLFOLD_KEYS in the environment')
  return environmentKeyring(environment)
}

/**
 * Only the host knows where it stores files. Files to be deleted stay marked, and the host's `maintain()` deletes them.
 */
const unreachableBlobs: BlobStore = { put: unreachable, get: unreachable, remove: unreachable }

function unreachable(): Promise<never> {
  return Promise.reject(new Error('The command line cannot access the files of users'))
}
