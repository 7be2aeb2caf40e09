import { writeFileSync } from 'node:fs'
import { memoryStorage, newKey } from '@billfold/core'
import { createSampleData, createUpgradeInstance } from './sample-data.ts'
import { dumpRows } from './dump-rows.ts'

// Dumps a database of this version of the library, for later versions to upgrade. To be run once a release:
// node tests/http/dist/upgrade/dump-database.js VERSION MIGRATION, with the name of the newest migration.
const [version = '', migration = ''] = process.argv.slice(2)
if (!/^\d+$/.test(version) || migration === '') throw new Error('usage: dump-database VERSION MIGRATION')
const storage = memoryStorage()
const key = newKey()
const life = await createSampleData(createUpgradeInstance(storage, key), key)
const file = new URL(`../../src/upgrade/version-${version}.json`, import.meta.url)
writeFileSync(file, `${JSON.stringify({ migration, life, rows: await dumpRows(storage) }, undefined, 1)}\n`)
