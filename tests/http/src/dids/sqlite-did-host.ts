import type { MountableApi } from '@billfold/core/http'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import type { FuzzTarget } from '../fuzz/requests.ts'
import { createDidHost } from './did-host.ts'

/** The DID API over SQLite, with a fuzz target. */
export interface SqliteDidHost {
  readonly api: MountableApi
  readonly fuzzTarget: Pick<FuzzTarget, 'routes' | 'headers'>
  readonly drop: () => Promise<void>
}

/** Creates the API over a fresh database. */
export async function createSqliteDidHost(): Promise<SqliteDidHost> {
  const sqlite = (await openTestDatabases()).find(({ kind }) => kind === 'sqlite')
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const { connect, drop } = await sqlite.open()
  const db = connect()
  await migrate(db, { dialect: 'sqlite' })
  const { billfold, authorization } = await createDidHost(kyselyStorage(db, { dialect: 'sqlite' }))
  // Creating an MPC vault without a signer returns 501, which is not a fault.
  const routes = billfold.dids.routes.filter(({ id }) => id !== 'createVault')
  return { api: billfold.dids, fuzzTarget: { routes, headers: { authorization } }, drop }
}
