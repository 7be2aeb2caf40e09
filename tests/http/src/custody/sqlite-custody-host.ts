import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { createCustodyHost, type CustodyHost } from './custody-host.ts'

/** Creates an instance over a fresh SQLite file, so that stored rows are not on the heap. */
export async function createSqliteCustodyHost(): Promise<CustodyHost & { readonly drop: () => Promise<void> }> {
  const sqlite = (await openTestDatabases()).find(({ kind }) => kind === 'sqlite')
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const { connect, drop } = await sqlite.open()
  const db = connect()
  await migrate(db, { dialect: 'sqlite' })
  return { ...(await createCustodyHost(kyselyStorage(db, { dialect: 'sqlite' }))), drop }
}
