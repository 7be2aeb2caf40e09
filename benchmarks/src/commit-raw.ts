import { newId } from '@billfold/core'
import type Database from 'libsql'
import type { Pool as MysqlPool, PoolConnection } from 'mysql2'
import type pg from 'pg'
import type { Transfer } from './commit-tables.ts'

/** The same transfer as handwritten SQL through the driver, in a transaction, with or without inserting the batch id. */
export type RawTransfer = (transfer: Transfer, insertsId: boolean) => Promise<void>

type Values = readonly (string | number | bigint)[]

/** The handwritten statements, in the same lock order as those of the storage. */
function statements(
  table: (name: string) => string,
  { id, source, target, amount }: Transfer,
  insertsId: boolean,
): (readonly [sql: string, values: Values])[] {
  const debit = [
    `update ${table('accounts')} set balance = balance - ? where id = ? and balance >= ?`,
    [amount, source, amount],
  ] as const
  const credit = [`update ${table('accounts')} set balance = balance + ? where id = ?`, [amount, target]] as const
  const entry = `insert into ${table('entries')} (transfer, part, account, amount) values (?, ?, ?, ?)`
  return [
    ...(insertsId
      ? [[`insert into ${table('applied_batches')} (id, committed_at) values (?, ?)`, [newId(), Date.now()]] as const]
      : []),
    ...(String(source) < String(target) ? [debit, credit] : [credit, debit]),
    [
      `insert into ${table('transfers')} (id, source, target, amount) values (?, ?, ?, ?)`,
      [id, source, target, amount],
    ],
    [entry, [id, 0, source, -amount]],
    [entry, [id, 1, target, amount]],
  ]
}

const prefixed = (name: string): string => `billfold_${name}`

function assertOneRow(sql: string, affectedRows: number): void {
  if (affectedRows !== 1) throw new Error(`${sql} affected ${affectedRows} rows`)
}

/** Creates transfers through `pg`. */
export function rawPostgres(pool: pg.Pool): RawTransfer {
  return async (transfer, insertsId) => {
    const client = await pool.connect()
    try {
      await client.query('begin')
      for (const [sql, values] of statements(prefixed, transfer, insertsId)) {
        let at = 0
        const { rowCount } = await client.query(
          sql.replace(/\?/g, () => `$${++at}`),
          [...values],
        )
        assertOneRow(sql, rowCount ?? 0)
      }
      await client.query('commit')
    } finally {
      client.release()
    }
  }
}

/** Creates transfers through `mysql2`, at read committed. */
export function rawMysql(pool: MysqlPool): RawTransfer {
  return async (transfer, insertsId) => {
    const connection = await new Promise<PoolConnection>((resolve, reject) => {
      pool.getConnection((error, acquired) => (error ? reject(error) : resolve(acquired)))
    })
    const run = (sql: string, values: Values = []): Promise<number> =>
      new Promise((resolve, reject) => {
        connection.query(sql, [...values], (error, result) => {
          if (error) reject(error)
          else resolve('affectedRows' in result ? result.affectedRows : 0)
        })
      })
    try {
      await run('set transaction isolation level read committed')
      await run('begin')
      for (const [sql, values] of statements(prefixed, transfer, insertsId)) assertOneRow(sql, await run(sql, values))
      await run('commit')
    } finally {
      connection.release()
    }
  }
}

/** Creates transfers through `libsql`, preparing each statement every time. */
export function rawSqlite(database: Database.Database): RawTransfer {
  return async (transfer, insertsId) => {
    database.prepare('begin').run()
    for (const [sql, values] of statements(prefixed, transfer, insertsId)) {
      assertOneRow(
        sql,
        database.prepare(sql).run(values.map((value) => (typeof value === 'number' ? BigInt(value) : value))).changes,
      )
    }
    database.prepare('commit').run()
  }
}
