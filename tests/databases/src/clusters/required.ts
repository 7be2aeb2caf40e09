import { readEnvironment } from '../read-environment.ts'

/**
 * Returns what starts an engine if its suite is to run, which takes about a minute and a gigabyte: with
 * `BILLFOLD_TEST_CLUSTERS=true`, where it fails if something is missing, and with `CI=true`, if nothing is.
 */
export function requiredEngines<T>(missing: readonly string[], start: T): readonly T[] {
  if (readEnvironment('BILLFOLD_TEST_CLUSTERS') === 'true') {
    if (missing.length > 0)
      throw new Error(`with BILLFOLD_TEST_CLUSTERS=true these must be installed: ${missing.join(', ')}`)
    return [start]
  }
  return readEnvironment('CI') === 'true' && missing.length === 0 ? [start] : []
}
