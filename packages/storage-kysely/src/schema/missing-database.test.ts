import { existsSync } from 'node:fs'
import { isBillfoldError } from '@billfold/core'
import { appliedBatches } from '@billfold/core/storage'
import { connectTo, listTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { migrate } from './migrate.ts'

const catchError = (work: Promise<unknown>): Promise<unknown> => work.catch((thrown: unknown) => thrown)

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect, kind } = database

  describe(`a database without tables on ${database.name}`, () => {
    test('is reported by verify() in one issue, which names the database and the cure', async () => {
      const fresh = await database.create()
      const error = await catchError(kyselyStorage(fresh.connect(), { dialect }).verify())
      const issues = isBillfoldError(error, 'storage.schema-mismatch') ? error.issues : []
      expect(issues).toEqual([
        { path: expect.stringMatching(/^the database ".+"/), message: expect.stringContaining('billfold migrate') },
      ])
      if (kind === 'sqlite') expect(issues[0]?.path).toContain('test.sqlite')
      await fresh.drop()
    })

    test('is reported by a read, with the cure in the cause', async () => {
      const fresh = await database.create()
      const error = await catchError(kyselyStorage(fresh.connect(), { dialect }).find(appliedBatches))
      expect(isBillfoldError(error, 'storage.schema-mismatch') && String(error.cause)).toContain('billfold migrate')
      await fresh.drop()
    })
  })
}

const servers = (await listTestDatabases({ servers: 'always' })).filter(
  ({ kind }) => kind === 'postgres' || kind === 'mysql',
)
for (const database of servers) {
  const { dialect } = database
  describe(`a database that does not exist on ${database.name}`, () => {
    test.each(['verify', 'find', 'migrate'] as const)('is reported by %s', async (operation) => {
      const fresh = await database.create()
      const url = new URL(fresh.url ?? '')
      url.pathname = '/billfold_misspelled'
      const db = connectTo(dialect, url.href)
      const storage = kyselyStorage(db, { dialect })
      const work = {
        verify: () => storage.verify(),
        find: () => storage.find(appliedBatches),
        migrate: () => migrate(db, { dialect }),
      }
      const error = await catchError(work[operation]())
      expect(isBillfoldError(error, 'storage.schema-mismatch') && String(error.cause)).toContain('does not exist')
      await db.destroy()
      await fresh.drop()
    })
  })
}

test('a database in memory is named as such', async () => {
  const db = connectTo('sqlite', 'file::memory:')
  const error = await catchError(kyselyStorage(db, { dialect: 'sqlite' }).verify())
  expect(isBillfoldError(error) && error.issues[0]?.path).toBe('the database "in memory"')
  expect(existsSync(':memory:')).toBe(false)
  await db.destroy()
})
