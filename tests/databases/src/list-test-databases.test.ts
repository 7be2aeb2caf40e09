import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { selectDatabases } from './list-test-databases.ts'
import type { TestDatabase } from './test-database.ts'

const unused = (): never => expect.fail('no database is opened')
const databases: readonly TestDatabase[] = [
  { name: 'SQLite', kind: 'sqlite', dialect: 'sqlite', create: unused },
  { name: 'PostgreSQL', kind: 'postgres', dialect: 'postgres', create: unused },
  { name: 'MariaDB', kind: 'mysql', dialect: 'mysql', create: unused },
]

test.each(['always', 'ci'] as const)('a suite whose servers are "%s" runs on every database in CI', (servers) => {
  expect(selectDatabases(databases, { servers }, true)).toEqual(databases)
})

test('a suite runs on every database outside of CI too, by default', () => {
  expect(selectDatabases(databases, {}, false)).toEqual(databases)
})

test('a suite whose servers are "ci" runs on SQLite outside of CI', () => {
  expect(selectDatabases(databases, { servers: 'ci' }, false).map(({ name }) => name)).toEqual(['SQLite'])
})

/** What CONTRIBUTING.md promises to run on the servers always. */
const always = /races|concurrency|model|reliability|storage-kysely|storage-crash/

test('suites of storages, races and the ledger run on every database outside of CI too', () => {
  const root = new URL('../../../', import.meta.url)
  const folders = ['packages', 'tests', 'examples'].flatMap((folder) =>
    readdirSync(new URL(folder, root)).map((name) => `${folder}/${name}/src`),
  )
  const suites = folders
    .filter((folder) => existsSync(new URL(folder, root)))
    .flatMap((folder) =>
      readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('tests/databases/'))
  const inCiOnly = suites.filter((file) =>
    readFileSync(new URL(file, root), 'utf8').includes("listTestDatabases({ servers: 'ci' })"),
  )
  expect(inCiOnly.sort()).toEqual([
    'tests/http/src/clients/did-resolvers.test.ts',
    'tests/http/src/clients/identity-wallets.test.ts',
    'tests/http/src/clients/kosmos-helpers.test.ts',
    'tests/http/src/clients/venly.test.ts',
    'tests/http/src/custody/databases.test.ts',
    'tests/http/src/custody/saved-requests.test.ts',
  ])
  expect(inCiOnly.filter((file) => always.test(file))).toEqual([])
})
