import { writeFileSync } from 'node:fs'
import { memoryStorage, newKey } from '@billfold/core'
import { createSampleData, createUpgradeInstance } from './sample-data.ts'
import { dumpRows } from './dump-rows.ts'

// Dumps a database of this version of the library, for later versions to upgrade. To be run once a release:
// node tests/http/dist/upgrade/dump-database.js VERSION, with the newest version of the migrations.
const version = Number(process.argv[2])
if (!Number.isInteger(version) || version < 1) throw new Error('usage: keep-database VERSION')
const storage = memoryStorage()
const key = newKey()
const life = await createSampleData(createUpgradeInstance(storage, key), key)
const file = new URL(`../../src/upgrade/version-${version}.json`, import.meta.url)
writeFileSync(file, `${JSON.stringify({ version, life, rows: await dumpRows(storage) }, undefined, 1)}\n`)
