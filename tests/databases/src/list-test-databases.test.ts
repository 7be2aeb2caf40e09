import { readdirSync, readFileSync } from 'node:fs'
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

test('a suite runs on SQLite outside of CI, by default', () => {
  expect(selectDatabases(databases, {}, false).map(({ name }) => name)).toEqual(['SQLite'])
})

test('a suite whose servers are "always" runs on every database outside of CI too', () => {
  expect(selectDatabases(databases, { servers: 'always' }, false)).toEqual(databases)
})

test('suites of the storage see the servers always', () => {
  const root = new URL('../../../', import.meta.url)
  const folders = ['packages/storage-kysely/src', 'tests/storage-crash/src']
  const suites = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  )
  const inCiOnly = suites.filter(
    (file) => file.endsWith('.ts') && readFileSync(new URL(file, root), 'utf8').includes('listTestDatabases()'),
  )
  expect(suites.length).toBeGreaterThan(30)
  expect(inCiOnly).toEqual([])
})
