import { appendFileSync } from 'node:fs'
import type { TestDatabase } from './test-database.ts'

/**
 * Appends the name of the database to the file `BILLFOLD_DATABASES_USED` whenever it is opened, so that a test run can report
 * the databases it has used.
 */
export function recordUse(database: TestDatabase): TestDatabase {
  // oxlint-disable-next-line node/no-process-env -- set by the script that runs all suites
  const file = process.env['BILLFOLD_DATABASES_USED']
  if (file === undefined || file === '') return database
  const create: TestDatabase['create'] = () => {
    appendFileSync(file, `${database.name}\n`)
    return database.create()
  }
  return { ...database, create }
}
