import { BillfoldError } from '@billfold/core'
import type { Kysely } from 'kysely'
import { cellsOf, type Run, runOn } from '../sql/connection.ts'
import type { Dialect } from '../sql/dialect.ts'

/** Seconds that a process waits for another one that migrates. */
export const turnSeconds = 60

/**
 * Seconds that a change of a table waits for the transactions that are using the table. Whoever comes after it waits behind
 * it, so it gives way soon and is tried again.
 */
const tableSeconds = 2

type Work = (run: Run) => Promise<number[]>
type Alone = <DB>(db: Kysely<DB>, lock: string, work: Work) => Promise<number[]>

/** How each database lets one process at a time migrate, beside hosts that go on working. */
export const oneAtATime: Readonly<Record<Dialect, Alone>> = {
  sqlite: aloneInSqlite,
  postgres: aloneInPostgres,
  mysql: aloneInMysql,
}

function aloneInSqlite<DB>(db: Kysely<DB>, _lock: string, work: Work): Promise<number[]> {
  return db.connection().execute(async (connection) => {
    const run = runOn(connection)
    await run('begin immediate')
    try {
      const done = await work(run)
      await run('commit')
      return done
    } catch (error) {
      await run('rollback')
      throw error
    }
  })
}

function aloneInPostgres<DB>(db: Kysely<DB>, lock: string, work: Work): Promise<number[]> {
  return db.transaction().execute(async (transaction) => {
    const run = runOn(transaction)
    await run(`set local lock_timeout = '${turnSeconds}s'`)
    await run('select pg_advisory_xact_lock(hashtext($1))', [lock])
    await run(`set local lock_timeout = '${tableSeconds}s'`)
    return work(run)
  })
}

function aloneInMysql<DB>(db: Kysely<DB>, lock: string, work: Work): Promise<number[]> {
  return db.connection().execute(async (connection) => {
    const run = runOn(connection)
    const { rows } = await run(
      `select get_lock(?, ${turnSeconds}) as got, @@session.lock_wait_timeout as lock_wait_timeout`,
      [lock],
    )
    const { got, lock_wait_timeout: usual } = cellsOf(rows[0])
    if (Number(got) !== 1) throw new BillfoldError('storage.unavailable', { message: 'Another process is migrating' })
    await run(`set session lock_wait_timeout = ${tableSeconds}`)
    try {
      return await work(run)
    } finally {
      await run(`set session lock_wait_timeout = ${Number(usual)}`)
      await run('select release_lock(?)', [lock])
    }
  })
}
