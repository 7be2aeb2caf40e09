// Writes the newest migration, which is not released yet: the difference between the released migrations and the tables of core.
//   node packages/storage-kysely/scripts/freeze-migration.mjs [--name TOPIC]
// --name is required for a new migration: 0002-TOPIC.json. --release declares all migrations released; a test then ensures that
// they never change.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import { importSources } from '../../../scripts/import-sources.mjs'
import { printJson } from './print-json.mjs'

/**
 * @typedef {{
 *   tables: typeof import('@billfold/core').tables,
 *   coreMigrations: typeof import('../src/schema/migrations/core-migrations.ts').coreMigrations,
 *   diffTables: typeof import('../src/schema/migrations/diff-tables.ts').diffTables,
 *   tablesAfter: typeof import('../src/schema/migrations/migration.ts').tablesAfter,
 * }} Sources
 */
/** @type {Sources} */
const { tables, coreMigrations, diffTables, tablesAfter } = await importSources(
  `export { tables } from '@billfold/core'
    export { coreMigrations } from './core-migrations.ts'
    export { diffTables } from './diff-tables.ts'
    export { tablesAfter } from './migration.ts'`,
  fileURLToPath(new URL('../src/schema/migrations/', import.meta.url)),
)

const folder = new URL('../migrations/', import.meta.url)
const importsFile = new URL('../src/schema/migrations/migration-files.ts', import.meta.url)
const releasedFile = new URL('released.json', folder)
/** @type {string[]} SHA-256 of each released migration, oldest first */
const released = JSON.parse(readFileSync(releasedFile, 'utf8'))
const { values } = parseArgs({ options: { name: { type: 'string' }, release: { type: 'boolean', default: false } } })

if (values.release) release()
else freeze(values.name)

/** @param {string | undefined} topic */
function freeze(topic) {
  const prefix = String(released.length + 1).padStart(4, '0')
  const existing = readdirSync(folder).find((file) => file.startsWith(`${prefix}-`))
  const file = topic === undefined ? existing : `${prefix}-${topic}.json`
  if (file === undefined || !/^\d{4}-[a-z0-9-]+\.json$/.test(file))
    return fail(`--name is required for migration ${prefix}: lower-case words with hyphens`)
  const { steps, issues } = diffTables(tablesAfter(coreMigrations().slice(0, released.length)), tables)
  if (issues.length > 0) return fail([`${file} cannot be written:`, ...issues.map((issue) => `- ${issue}`)].join('\n'))
  if (existing !== undefined) rmSync(new URL(existing, folder))
  if (steps.length > 0) writeFileSync(new URL(file, folder), `${printJson(steps)}\n`)
  writeImports()
  console.log(steps.length > 0 ? `${file}: ${steps.length} steps` : 'The released migrations create all tables')
}

/** Core imports the files as text, so that they are part of its code. */
function writeImports() {
  const files = readdirSync(folder)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.json$/.test(file))
    .toSorted()
  const variable = (/** @type {string} */ file) => `migration${file.slice(0, 4)}`
  const imports = files.map((file) => `import ${variable(file)} from '../../../migrations/${file}?raw'`)
  const entries = files.map((file) => `  ['${file.replace(/\.json$/, '')}', ${variable(file)}],`)
  writeFileSync(
    importsFile,
    [
      '// Written by scripts/freeze-migration.mjs.',
      ...imports,
      '',
      '/** The migrations of core as JSON, by name, in order. */',
      'export const migrationFiles: readonly (readonly [name: string, json: string])[] = [',
      ...entries,
      ']',
      '',
    ].join('\n'),
  )
}

function release() {
  const digests = coreMigrations().map((migration) =>
    createHash('sha256').update(JSON.stringify(migration)).digest('hex'),
  )
  writeFileSync(releasedFile, `${JSON.stringify(digests, undefined, 2)}\n`)
  console.log(`Released: ${coreMigrations().at(-1)?.name ?? 'no migration'}`)
}

/** @param {string} message */
function fail(message) {
  console.error(message)
  process.exitCode = 1
}
