import { defineTable, nullable, text } from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { migrate, pendingMigrations } from './migrate.ts'

const notes = defineTable({ name: 'notes', columns: { id: text(36) }, key: ['id'] })
const tags = defineTable({ name: 'tags', columns: { id: text(36) }, key: ['id'] })
const extendedTags = defineTable({ name: 'tags', columns: { id: text(36), label: nullable(text(20)) }, key: ['id'] })
const dialect = 'mysql'

/** Simulates a process that is killed after this many statements of a module. */
function killedAfter(url: string, count: number): Kysely<Readonly<Record<never, never>>> {
  let seen = 0
  return new Kysely({
    dialect: new MysqlDialect({ pool: createPool({ uri: url, connectionLimit: 1 }) }),
    log: ({ query }) => {
      if (/^(create table `|insert|update)/.test(query.sql) && ++seen === count) throw new Error('killed')
    },
  })
}

const databases = (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind === 'mysql')
// oxlint-disable-next-line vitest/warn-todo, vitest/no-conditional-tests -- vitest fails a file without tests; this one is reported
if (databases.length === 0) test.todo('needs MariaDB or MySQL')
for (const database of databases) {
  describe(`a computed migration of a module on ${database.name}`, () => {
    test.each([1, 2, 3, 4])(
      'interrupted after %i statements is completed as recorded, although the module changed meanwhile',
      async (count) => {
        const fresh = await database.create()
        const db = fresh.connect()
        await migrate(db, { dialect })
        const killed = killedAfter(fresh.url ?? '', count)
        const before = [{ name: 'notebook', tables: [notes, tags] }]
        await expect(migrate(killed, { dialect, modules: before })).rejects.toThrow('Something went wrong')
        await killed.destroy()
        const after = [{ name: 'notebook', tables: [notes, extendedTags] }]
        const isRecorded = count === 4
        const expected = [...(isRecorded ? [] : ['notebook/0001-tables']), 'notebook/0002-tables']
        const pending = await pendingMigrations(db, { dialect, modules: after })
        expect(pending.map(({ id }) => id)).toEqual(expected)
        expect(await migrate(db, { dialect, modules: after })).toEqual(expected)
        await kyselyStorage(db, { dialect }).verify({ modules: after })
        await fresh.drop()
      },
    )
  })
}
