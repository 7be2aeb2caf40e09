import { BillfoldError } from '@billfold/core'
import type { Kysely } from 'kysely'
import { type Run, statementRunner, toCells } from '../sql/connection.ts'
import type { Dialect } from '../sql/dialect.ts'

/** How long a process waits for another one that is migrating. */
export const maxLockWaitSeconds = 60

/**
 * How long a change of a table waits for transactions that use the table. Statements issued after it queue behind it, so it
 * gives up soon and is retried.
 */
const maxTableLockSeconds = 2

type Work = (run: Run) => Promise<string[]>

/** Runs `work` in at most one process at a time, while hosts keep reading and writing: in a transaction, except on MySQL. */
export function withMigrationLock<DB>(dialect: Dialect, db: Kysely<DB>, lock: string, work: Work): Promise<string[]> {
  switch (dialect) {
    case 'sqlite':
      return withSqliteLock(db, work)
    case 'postgres':
      return withPostgresLock(db, lock, work)
    case 'mysql':
      return withMysqlLock(db, lock, work)
  }
}

function withSqliteLock<DB>(db: Kysely<DB>, work: Work): Promise<string[]> {
  return db.connection().execute(async (connection) => {
    const run = statementRunner(connection, 'sqlite')
    await run('begin immediate')
    try {
      const result = await work(run)
      await run('commit')
      return result
    } catch (error) {
      await run('rollback')
      throw error
    }
  })
}

function withPostgresLock<DB>(db: Kysely<DB>, lock: string, work: Work): Promise<string[]> {
  return db.transaction().execute(async (transaction) => {
    const run = statementRunner(transaction, 'postgres')
    await run(`set local lock_timeout = '${maxLockWaitSeconds}s'`)
    await run('select pg_advisory_xact_lock(hashtext($1))', [lock])
    await run(`set local lock_timeout = '${maxTableLockSeconds}s'`)
    return work(run)
  })
}

function withMysqlLock<DB>(db: Kysely<DB>, lock: string, work: Work): Promise<string[]> {
  return db.connection().execute(async (connection) => {
    const run = statementRunner(connection, 'mysql')
    const { rows } = await run(
      `select get_lock(?, ${maxLockWaitSeconds}) as acquired, @@session.lock_wait_timeout as lock_wait_timeout`,
      [lock],
    )
    const { acquired, lock_wait_timeout: previousTimeout } = toCells(rows[0])
    if (Number(acquired) !== 1)
      throw new BillfoldError('storage.unavailable', { message: 'Another process is migrating' })
    await run(`set session lock_wait_timeout = ${maxTableLockSeconds}`)
    try {
      return await work(run)
    } finally {
      await run(`set session lock_wait_timeout = ${Number(previousTimeout)}`)
      await run('select release_lock(?)', [lock])
    }
  })
}
