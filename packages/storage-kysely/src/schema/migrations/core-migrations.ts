import { type Migration, parseSteps } from './migration.ts'
import { migrationFiles } from './migration-files.ts'

let cached: readonly Migration[] | undefined

/** Parses the migrations of core, ordered by name. */
export function coreMigrations(): readonly Migration[] {
  cached ??= migrationFiles.map(([name, json]) => ({ name, steps: parseSteps(json) }))
  return cached
}
