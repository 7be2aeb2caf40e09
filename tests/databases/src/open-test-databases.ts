import { askMysql, mysqlDatabase } from './mysql.ts'
import { pgliteDatabase } from './pglite.ts'
import { askPostgres, postgresDatabase } from './postgres.ts'
import { recordUse } from './record-use.ts'
import { sqliteDatabase } from './sqlite.ts'
import type { TestDatabase } from './test-database.ts'

/** The servers that are looked for, unless the environment names others. */
const usual = { postgres: 'postgres://postgres@127.0.0.1:5432/test', mysql: 'mysql://root@127.0.0.1:3306/test' }

interface Found {
  readonly databases: readonly TestDatabase[]
  /** What did not answer, in words. */
  readonly absent: readonly string[]
}

let found: Promise<Found> | undefined

/**
 * The databases that answer: SQLite always, PostgreSQL (or PGlite in its place), MySQL or MariaDB where there is one.
 * `BILLFOLD_TEST_POSTGRES_URL` and `BILLFOLD_TEST_MYSQL_URL` say where. With `CI=true` a server that does not answer is an error.
 */
export async function openTestDatabases(): Promise<readonly TestDatabase[]> {
  const { databases, absent } = await look()
  if (readEnvironment('CI') === 'true' && absent.length > 0)
    throw new Error(`with CI=true all databases must answer: ${absent.join('; ')}`)
  return databases.map(recordUse)
}

/** One line that names the databases that answer and those that do not: for the end of a test run. */
export async function nameTestDatabases(): Promise<string> {
  const { databases, absent } = await look()
  const names = databases.map((database) => database.name).join(', ')
  return `Databases: ${names}${absent.length > 0 ? ` (absent: ${absent.join('; ')})` : ''}`
}

function look(): Promise<Found> {
  found ??= ask()
  return found
}

async function ask(): Promise<Found> {
  const postgresUrl = readEnvironment('BILLFOLD_TEST_POSTGRES_URL') ?? usual.postgres
  const mysqlUrl = readEnvironment('BILLFOLD_TEST_MYSQL_URL') ?? usual.mysql
  const [postgres, mysql] = await Promise.all([askPostgres(postgresUrl), askMysql(mysqlUrl)])
  const databases: TestDatabase[] = [sqliteDatabase()]
  const absent: string[] = []
  if ('version' in postgres) databases.push(postgresDatabase(postgresUrl, postgres.version))
  else {
    databases.push(pgliteDatabase())
    absent.push(`PostgreSQL: ${postgres.silent}`)
  }
  if ('version' in mysql) databases.push(mysqlDatabase(mysqlUrl, mysql.version))
  else absent.push(`MySQL or MariaDB: ${mysql.silent}`)
  return { databases, absent }
}

function readEnvironment(name: string): string | undefined {
  // oxlint-disable-next-line node/no-process-env -- the one place where the test databases are configured
  const value = process.env[name]
  return value === '' ? undefined : value
}
