import { readdirSync, readFileSync } from 'node:fs'
import { type Migration, parseSteps } from './migration.ts'

/** Data files of the package: the relative path is the same from `src` and from `dist`. */
const folder = new URL('../../../migrations/', import.meta.url)

let cached: readonly Migration[] | undefined

/**
 * Reads the migrations of core, ordered by name. They are files rather than imported modules, since importing JSON is
 * experimental on Node 20.
 */
export function coreMigrations(): readonly Migration[] {
  cached ??= readdirSync(folder)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.json$/.test(file))
    .toSorted()
    .map(readMigration)
  return cached
}

function readMigration(file: string): Migration {
  const json = readFileSync(new URL(file, folder), 'utf8')
  return { name: file.replace(/\.json$/, ''), steps: parseSteps(json) }
}
