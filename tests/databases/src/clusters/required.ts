import { readEnvironment } from '../read-environment.ts'

/**
 * Returns what starts an engine if its suite is to run, which takes about a minute and a gigabyte: with
 * `BILLFOLD_TEST_CLUSTERS=true`, where it fails if something is missing. The engines are killed and promoted under load, so a machine
 * that does something else beside them is no place for it.
 */
export function requiredEngines<T>(missing: readonly string[], start: T): readonly T[] {
  if (readEnvironment('BILLFOLD_TEST_CLUSTERS') !== 'true') return []
  if (missing.length > 0)
    throw new Error(`with BILLFOLD_TEST_CLUSTERS=true these must be installed: ${missing.join(', ')}`)
  return [start]
}
