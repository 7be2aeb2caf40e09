// Writes the newest migration, which no release has yet, from what the tables of core have and the migrations that were released do
// not make: npm run build, then node packages/storage-kysely/scripts/freeze-migration.mjs
// With --release it declares that all migrations are released: from then on a test holds them to be what they are.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tables } from '@billfold/core'
import { differenceOf } from '../dist/schema/migrations/difference.js'
import { tablesAfter } from '../dist/schema/migrations/migration.js'
import { printData } from './print-data.mjs'

const folder = new URL('../src/schema/migrations/', import.meta.url)
const releasedFile = new URL('released.json', folder)
/** @type {string[]} */
const released = JSON.parse(readFileSync(releasedFile, 'utf8'))

if (process.argv.includes('--release')) await release()
else await freeze()

async function freeze() {
  const version = released.length + 1
  const { steps, issues } = differenceOf(tablesAfter(await migrationsUpTo(released.length)), tables)
  if (issues.length > 0) {
    console.error(`Version ${version} cannot be written:\n${issues.map((issue) => `- ${issue}`).join('\n')}`)
    process.exitCode = 1
    return
  }
  const file = new URL(`version-${version}.ts`, folder)
  if (steps.length > 0) writeFileSync(file, sourceOf(version, steps))
  else rmSync(file, { force: true })
  writeFileSync(new URL('index.ts', folder), indexOf(steps.length > 0 ? version : version - 1))
  console.log(
    steps.length > 0 ? `Version ${version}: ${steps.length} steps` : `Nothing differs from version ${version - 1}`,
  )
}

async function release() {
  let newest = released.length
  while (existsSync(new URL(`version-${newest + 1}.ts`, folder))) newest++
  const migrations = await migrationsUpTo(newest)
  const digests = migrations.map((migration) => createHash('sha256').update(JSON.stringify(migration)).digest('hex'))
  writeFileSync(releasedFile, `${JSON.stringify(digests, undefined, 2)}\n`)
  console.log(`Released: version ${newest}`)
}

/**
 * @param {number} newest
 * @returns {Promise<import('../dist/schema/migrations/migration.js').Migration[]>}
 */
async function migrationsUpTo(newest) {
  const versions = Array.from({ length: newest }, (_, at) => at + 1)
  return Promise.all(
    versions.map(
      async (version) => (await import(`../dist/schema/migrations/version-${version}.js`))[`version${version}`],
    ),
  )
}

/**
 * @param {number} version
 * @param {readonly import('../dist/schema/migrations/migration.js').Step[]} steps
 */
function sourceOf(version, steps) {
  return `import type { Migration } from './migration.ts'

/** What changed since version ${version - 1}. Written by scripts/freeze-migration.mjs; never changed after a release. */
export const version${version}: Migration = {
  version: ${version},
  steps: ${printData(steps, '  ')},
}
`
}

/** @param {number} newest */
function indexOf(newest) {
  const names = Array.from({ length: newest }, (_, at) => `version${at + 1}`)
  return `import type { Migration } from './migration.ts'
${names.map((name, at) => `import { ${name} } from './version-${at + 1}.ts'\n`).join('')}
/** All migrations, oldest first. Written by scripts/freeze-migration.mjs. */
export const migrations: readonly Migration[] = [${names.join(', ')}]
`
}
