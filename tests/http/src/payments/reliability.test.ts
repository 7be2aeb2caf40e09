import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { type AnyTables, listTestDatabases, type TestDatabase } from '@billfold/test-databases'
import { type Kysely, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { describeReliability, measureReliability } from './reliability.ts'

const databases = (await listTestDatabases()).filter(({ kind }) => kind === 'postgres' || kind === 'mysql')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) it.todo('needs a database server')

// The long form, of 100,000 payments, is `npm run payments`.
describe.each(databases)('two processes with a kill and dropped connections to $name', (database) => {
  it('lose and duplicate no payment', { timeout: 300_000 }, async () => {
    const fresh = await database.create()
    if (fresh.url === undefined) throw new Error('there is no URL')
    const { dialect } = database
    const url = new URL(fresh.url)
    if (dialect === 'postgres') url.searchParams.set('application_name', `payments ${process.pid}`)
    const db = fresh.connect()
    await migrate(db, { dialect })
    try {
      const report = await measureReliability({
        dialect,
        url: url.href,
        storage: kyselyStorage(db, { dialect }),
        processes: 2,
        clients: 8,
        payments: 96,
        killIntervalMs: 300,
        maxKills: 1,
        disturbances: 1,
        disturb: () => dropConnections(database, db, url),
      })
      const { acknowledged, completed, missing, unacknowledged, kills, disturbances, findings, cents } = report
      const what = describeReliability(report)
      expect({ acknowledged, completed, missing, unasked: unacknowledged }, what).toEqual({
        acknowledged: 96,
        completed: 96,
        missing: 0,
        unasked: 0,
      })
      expect(findings).toEqual([])
      expect(cents.users).toBe(cents.received)
      expect(kills).toBe(1)
      expect(disturbances).toBe(1)
    } finally {
      await fresh.drop()
    }
  })
})

/** Terminates the database connections of the processes; on MySQL, all but the own one. */
async function dropConnections({ dialect }: TestDatabase, db: Kysely<AnyTables>, url: URL): Promise<void> {
  if (dialect === 'postgres') {
    const name = url.searchParams.get('application_name')
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`.execute(db)
    return
  }
  const schema = url.pathname.slice(1)
  const { rows } = await sql<{
    id: number
  }>`select id from information_schema.processlist where db = ${schema} and id <> connection_id()`.execute(db)
  // A connection may have ended meanwhile.
  for (const { id } of rows) await sql`kill ${sql.lit(id)}`.execute(db).catch(() => {})
}
