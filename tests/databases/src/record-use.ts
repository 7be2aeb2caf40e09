import { appendFileSync } from 'node:fs'
import type { TestDatabase } from './test-database.ts'

/**
 * The same database, which writes its name into the file that `BILLFOLD_DATABASES_USED` names whenever it is opened: so the
 * end of a run can say what was used, not what might have been.
 */
export function recordUse(database: TestDatabase): TestDatabase {
  // oxlint-disable-next-line node/no-process-env -- set by the script that runs all suites
  const file = process.env['BILLFOLD_DATABASES_USED']
  if (file === undefined || file === '') return database
  const open: TestDatabase['open'] = () => {
    appendFileSync(file, `${database.name}\n`)
    return database.open()
  }
  return { ...database, open }
}
