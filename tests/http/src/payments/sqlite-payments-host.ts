import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { openTestDatabases } from '@billfold/test-databases'
import { createPaymentsHost, type PaymentsHost } from './payments-client.ts'

/** Milliseconds that the clock advances per read, so that rate limit windows pass within a few hundred requests. */
const tick = 20_000

/** Creates an instance over a fresh SQLite file, so that stored rows are not on the heap. */
export async function createSqlitePaymentsHost(): Promise<PaymentsHost & { readonly drop: () => Promise<void> }> {
  const sqlite = (await openTestDatabases()).find(({ kind }) => kind === 'sqlite')
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const { connect, drop } = await sqlite.open()
  const db = connect()
  await migrate(db, { dialect: 'sqlite' })
  let time = Date.now()
  const made = await createPaymentsHost(kyselyStorage(db, { dialect: 'sqlite' }), {
    now: () => (time += tick),
    payments: { apiKeyTtlSeconds: 10 * 365 * 24 * 60 * 60, maxPendingPayments: 3, externalReceivers: 'invite' },
  })
  return { ...made, drop }
}
