import { probeMysql, mysqlDatabase } from './mysql.ts'
import { pgliteDatabase } from './pglite.ts'
import { probePostgres, postgresDatabase } from './postgres.ts'
import { readEnvironment } from './read-environment.ts'
import { recordUse } from './record-use.ts'
import { describeTestRedis } from './redis.ts'
import { sqliteDatabase } from './sqlite.ts'
import type { TestDatabase } from './test-database.ts'

/** The default servers. */
const defaultUrls = { postgres: 'postgres://postgres@127.0.0.1:5432/test', mysql: 'mysql://root@127.0.0.1:3306/test' }

/** Which databases a suite runs on. */
export interface SuiteDatabases {
  /**
   * When the suite runs on the database servers: `ci`, in `.ci/run`, with `CI=true` and with `BILLFOLD_TEST_DATABASES=all`, or
   * `always`, for the suites of the storage itself, which a change of SQL must pass before it leaves the developer's machine.
   * Default: `ci`.
   */
  readonly servers?: 'always' | 'ci'
}

interface Found {
  readonly databases: readonly TestDatabase[]
  /** The unreachable servers, with their errors. */
  readonly unreachable: readonly string[]
}

let found: Promise<Found> | undefined

/**
 * Lists the available databases: SQLite always, PostgreSQL (or PGlite if there is none), MySQL or MariaDB if there is one, at
 * `BILLFOLD_TEST_POSTGRES_URL` and `BILLFOLD_TEST_MYSQL_URL`. With `CI=true` an unreachable server is an error.
 */
export async function listTestDatabases(suite: SuiteDatabases = {}): Promise<readonly TestDatabase[]> {
  const { databases, unreachable } = await findDatabases()
  const isCi = readEnvironment('CI') === 'true'
  if (isCi && unreachable.length > 0)
    throw new Error(`with CI=true all databases must be reachable: ${unreachable.join('; ')}`)
  const isComplete = isCi || readEnvironment('BILLFOLD_TEST_DATABASES') === 'all'
  return selectDatabases(databases, suite, isComplete).map(recordUse)
}

/** Selects the databases that a suite runs on, in a complete run and otherwise. */
export function selectDatabases(
  databases: readonly TestDatabase[],
  { servers = 'ci' }: SuiteDatabases,
  isComplete: boolean,
): readonly TestDatabase[] {
  return isComplete || servers === 'always' ? databases : databases.filter(({ kind }) => kind === 'sqlite')
}

/** Describes the available and the unreachable databases in one line, for the end of a test run. */
export async function describeTestDatabases(): Promise<string> {
  const { databases, unreachable } = await findDatabases()
  const names = databases.map((database) => database.name).join(', ')
  return `Databases: ${names}, ${await describeTestRedis()}${unreachable.length > 0 ? ` (unreachable: ${unreachable.join('; ')})` : ''}`
}

function findDatabases(): Promise<Found> {
  found ??= probeServers()
  return found
}

async function probeServers(): Promise<Found> {
  const postgresUrl = readEnvironment('BILLFOLD_TEST_POSTGRES_URL') ?? defaultUrls.postgres
  const mysqlUrl = readEnvironment('BILLFOLD_TEST_MYSQL_URL') ?? defaultUrls.mysql
  const [postgres, mysql] = await Promise.all([probePostgres(postgresUrl), probeMysql(mysqlUrl)])
  const databases: TestDatabase[] = [sqliteDatabase()]
  const unreachable: string[] = []
  if ('version' in postgres) databases.push(postgresDatabase(postgresUrl, postgres.version))
  else {
    databases.push(pgliteDatabase())
    unreachable.push(`PostgreSQL: ${postgres.error}`)
  }
  if ('version' in mysql) databases.push(mysqlDatabase(mysqlUrl, mysql.version))
  else unreachable.push(`MySQL or MariaDB: ${mysql.error}`)
  return { databases, unreachable }
}
