import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { callCustody, createCustodyHost } from './custody-host.ts'

/** Sessions that read quotes and backslashes in literals differently. */
const sessions = {
  sqlite: [],
  postgres: ['set standard_conforming_strings = off'],
  mysql: [`set sql_mode = 'NO_BACKSLASH_ESCAPES'`],
} as const

const payloads = [
  `nobody' or '1'='1`,
  `nobody' or 1=1 -- `,
  `nobody\\' or 1=1 -- `,
  `nobody\\' union select * from billfold_users -- `,
  `\\'; delete from billfold_users; -- `,
  `\\`,
  `"nobody" or 1=1`,
]

for (const database of await listTestDatabases()) {
  const { dialect, kind, name } = database

  describe(`SQL in values on ${name}, ${kind === 'pglite' ? '' : sessions[dialect].join()}`, () => {
    test('is only text: it finds nobody, is stored as it is, and is found as it is', async () => {
      const fresh = await database.create()
      await migrate(fresh.connect(), { dialect })
      const { db, driver } = fresh.connectWithSession(kind === 'pglite' ? [] : sessions[dialect])
      const { billfold, authorization } = await createCustodyHost(kyselyStorage(db, { dialect, ...driver }))
      const client = inMemoryDriver(billfold.custody)
      const create = (reference: string) =>
        callCustody(client, authorization, 'POST', '/api/users', {
          reference,
          signingMethod: { type: 'PIN', value: '294817' },
        })
      const find = async (reference: string): Promise<unknown[]> => {
        const path = `/api/users?reference=${encodeURIComponent(reference)}`
        const { status, result } = await callCustody(client, authorization, 'GET', path)
        expect([reference, status]).toEqual([reference, 200])
        return Array.isArray(result) ? result : [result]
      }

      expect((await create('somebody')).status).toBe(200)
      for (const payload of payloads) expect([payload, await find(payload)]).toEqual([payload, []])
      for (const payload of payloads) {
        expect([payload, (await create(payload)).status]).toEqual([payload, 200])
        expect(await find(payload)).toEqual([expect.objectContaining({ reference: payload })])
      }
      expect(await find('somebody')).toEqual([expect.objectContaining({ reference: 'somebody' })])
      await fresh.drop()
    })
  })
}
