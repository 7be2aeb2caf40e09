// Written by scripts/freeze-migration.mjs.
import migration0001 from '../../../migrations/0001-initial-schema.json?raw'

/** The migrations of core as JSON, by name, in order. */
export const migrationFiles: readonly (readonly [name: string, json: string])[] = [
  ['0001-initial-schema', migration0001],
]
