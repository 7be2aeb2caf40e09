import { type Billfold, createBillfold, createKeyringFile, fileKeyring } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely, SqliteDialect } from 'kysely'
import Sqlite from 'libsql'

/** A Billfold instance and its database. */
export interface BillfoldInstance {
  readonly billfold: Billfold
  /** Closes the database. */
  readonly close: () => Promise<void>
}

/** Creates Billfold with an SQLite file and a keyring file in a folder. */
export async function createBillfoldInstance(folder: string): Promise<BillfoldInstance> {
  const db = new Kysely<Record<string, never>>({
    dialect: new SqliteDialect({ database: new Sqlite(join(folder, 'billfold.db')) }),
  })
  await migrate(db, { dialect: 'sqlite' })
  const keys = join(folder, 'keyring.json')
  if (!existsSync(keys)) createKeyringFile(keys)
  const billfold = createBillfold({ storage: kyselyStorage(db, { dialect: 'sqlite' }), keyring: fileKeyring(keys) })
  return { billfold, close: () => db.destroy() }
}
