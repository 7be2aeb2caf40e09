// Writes version 1 of the migrations from the tables of core as they are built: node scripts/freeze-migration.mjs
// Only until the first release; from then on a change of the tables is a new version, written by hand.
import { writeFileSync } from 'node:fs'
import { tables } from '@billfold/core'

const steps = tables.map(({ name, columns, key, unique, indexes }) => ({
  kind: 'createTable',
  table: { name, columns, key, unique, indexes },
}))
const text = `import type { Migration } from './migration.ts'

/** The tables as they were first. Written by scripts/freeze-migration.mjs; never changed after a release. */
export const version1: Migration = {
  version: 1,
  steps: ${print(steps, '  ')},
}
`
writeFileSync(new URL('../src/migrations/version-1.ts', import.meta.url), text)

/** Data as the source that makes it: on one line where it fits, or else a line an entry. */
function print(value, indent) {
  const flat = printFlat(value)
  if (indent.length + flat.length <= 100 || typeof value !== 'object' || value === null) return flat
  const inner = `${indent}  `
  if (Array.isArray(value)) return `[\n${value.map((item) => `${inner}${print(item, inner)},\n`).join('')}${indent}]`
  return `{\n${Object.entries(value)
    .map(([name, item]) => `${inner}${name}: ${print(item, inner)},\n`)
    .join('')}${indent}}`
}

function printFlat(value) {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return `[${value.map(printFlat).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value)
  return entries.length === 0 ? '{}' : `{ ${entries.map(([name, item]) => `${name}: ${printFlat(item)}`).join(', ')} }`
}
