import { writeFileSync } from 'node:fs'
import { memoryStorage, newKey } from '@billfold/core'
import { billfoldOver, live } from './kept-life.ts'
import { keptRows } from './kept-rows.ts'

// Keeps a database as this version of the library leaves it, for the versions after it to open. To be run once a release:
// node tests/http/dist/upgrade/keep-database.js VERSION MIGRATION, with the name of the newest migration.
const [version = '', migration = ''] = process.argv.slice(2)
if (!/^\d+$/.test(version) || migration === '') throw new Error('usage: keep-database VERSION MIGRATION')
const storage = memoryStorage()
const key = newKey()
const life = await live(billfoldOver(storage, key), key)
const file = new URL(`../../src/upgrade/version-${version}.json`, import.meta.url)
writeFileSync(file, `${JSON.stringify({ migration, life, rows: await keptRows(storage) }, undefined, 1)}\n`)
