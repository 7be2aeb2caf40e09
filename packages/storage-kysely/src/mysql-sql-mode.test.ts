import { isBillfoldError } from '@billfold/core'
import {
  batch,
  appliedBatches,
  defineTable,
  insert,
  text,
  update,
  wideInteger,
  wideIntegerRange,
} from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { describe, expect, test } from 'vitest'
import { createTables } from './schema/create-tables.ts'
import { kyselyStorage } from './kysely-storage.ts'

const tokens = defineTable({ name: 'tokens', columns: { id: text(8), supply: wideInteger() }, key: ['id'] })

const databases = (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind === 'mysql')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) test.todo('needs MariaDB or MySQL')
for (const database of databases) {
  describe(`a pool in non-strict SQL mode on ${database.name}`, () => {
    test('rejects a sum out of range, which the server would truncate', async () => {
      const fresh = await database.create()
      const pool = createPool({ uri: fresh.url ?? '' })
      pool.on('connection', (connection) => connection.query("set sql_mode = ''"))
      const db = new Kysely<Readonly<Record<never, never>>>({ dialect: new MysqlDialect({ pool }) })
      await createTables(db, { dialect: 'mysql' }, [appliedBatches, tokens])
      const storage = kyselyStorage(db, { dialect: 'mysql' })
      const row = { id: 'a', supply: wideIntegerRange.max }
      await storage.commit(batch(insert(tokens, row)))
      const error = await storage
        .commit(batch(update(tokens, { where: { id: 'a' }, add: { supply: 1n } })))
        .catch((thrown: unknown) => thrown)
      expect(isBillfoldError(error, 'input.invalid')).toBe(true)
      expect(await storage.find(tokens)).toEqual([row])
      await db.destroy()
      await fresh.drop()
    })
  })
}
