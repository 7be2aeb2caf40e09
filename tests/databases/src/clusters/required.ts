import { readEnvironment } from '../read-environment.ts'

/**
 * True if a suite of clusters is to run, which takes about a minute and a gigabyte: with `BILLFOLD_TEST_CLUSTERS=true`, where it
 * fails if something is missing, and with `CI=true`, if nothing is.
 */
export function isClusterSuiteRequired(missing: readonly string[]): boolean {
  if (readEnvironment('BILLFOLD_TEST_CLUSTERS') === 'true') {
    if (missing.length > 0)
      throw new Error(`with BILLFOLD_TEST_CLUSTERS=true these must be installed: ${missing.join(', ')}`)
    return true
  }
  return readEnvironment('CI') === 'true' && missing.length === 0
}
