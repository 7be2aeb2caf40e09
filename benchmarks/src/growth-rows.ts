import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { AnyTables } from '@billfold/test-databases'
import { type RowExpressions, rowsOfUser } from './growth-expressions.ts'
import { type GrowthDialect, growthSql } from './growth-sql.ts'

/** What one user adds to the database: a paid deposit, a completed payment to the next user, a wallet, audit records. */
export interface GrowthUser {
  readonly id: string
  readonly reference: string
  readonly walletId: string
  readonly address: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** Users per statement. */
const usersPerInsert = 20_000

/** The creation of the first user, in epoch milliseconds. Each of the next is one millisecond younger. */
const firstCreatedAt = 1_750_000_000_000

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** Returns the id of a kind that the number of a user gives, as the SQL of {@link growthSql} computes it. */
function toId(kind: number, number: number): string {
  const time = (firstCreatedAt + number).toString(16).padStart(12, '0')
  const version = `7${kind.toString(16).padStart(3, '0')}`
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-8000-${md5(`${kind}-${number}`).slice(0, 12)}`
}

/** Returns a user by its number, from 1. */
export function getGrowthUser(number: number): GrowthUser {
  const address = `0x${md5(`address-${number}`)}${md5(String(number)).slice(0, 8)}`
  const createdAt = firstCreatedAt + number
  return { id: toId(0, number), reference: `reference-${number}`, walletId: toId(1, number), address, createdAt }
}

/**
 * Inserts the rows of `count` users, each of whom pays the next one, by statements that generate them in the database. The ledger
 * balances, and the consistency check finds nothing.
 */
export async function insertGrowth(db: Kysely<AnyTables>, dialect: GrowthDialect, count: number): Promise<void> {
  const functions = growthSql(dialect, firstCreatedAt)
  const { columns, rows, shared } = rowsOfUser(functions, count)
  const insert = async (table: string, cells: RowExpressions, source: string): Promise<void> => {
    const names = Object.keys(cells).map(functions.quote).join(', ')
    const values = Object.values(cells).join(', ')
    await sql.raw(`insert into billfold_${table} (${names}) select ${values} from ${source}`).execute(db)
  }
  const selected = Object.entries(columns).map(([name, expression]) => `${expression} as ${name}`)
  for (let from = 1; from <= count; from += usersPerInsert) {
    const numbers = functions.numbers(from, Math.min(count, from + usersPerInsert - 1))
    const source = `(select n, ${selected.join(', ')} from ${numbers}) as s`
    for (const { table, cells } of rows) await insert(table, cells, source)
  }
  for (const { table, cells } of shared) await insert(table, cells, functions.numbers(0, 15))
}
