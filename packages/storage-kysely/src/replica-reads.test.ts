import { appliedBatches, batch, defineTable, insert, text } from '@billfold/core/storage'
import { type AnyTables, listTestDatabases } from '@billfold/test-databases'
import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { kyselyStorage } from './kysely-storage.ts'
import { createTables } from './schema/create-tables.ts'
import { migrate } from './schema/migrate.ts'

const notes = defineTable({ name: 'notes', columns: { id: text(36) }, key: ['id'] })
const readOnly = {
  sqlite: 'pragma query_only = on',
  postgres: 'set default_transaction_read_only = on',
  mysql: 'set session transaction read only',
} as const

const wrong = {
  sqlite: 'pragma read_uncommitted = on',
  postgres: `set client_encoding = 'LATIN1'`,
  mysql: 'set sql_safe_updates = 1',
} as const

async function createNotes(db: Kysely<AnyTables>, dialect: 'sqlite' | 'postgres' | 'mysql', id: string): Promise<void> {
  await createTables(db, { dialect }, [appliedBatches, notes])
  await kyselyStorage(db, { dialect }).commit(batch(insert(notes, { id })))
}

for (const database of (await listTestDatabases({ servers: 'always' })).filter(({ kind }) => kind !== 'pglite')) {
  const { dialect, name } = database

  test(`a replica on ${name} answers what may be stale, and nothing else`, async () => {
    const [primary, other] = [await database.create(), await database.create()]
    await createNotes(primary.connect(), dialect, 'primary')
    await createNotes(other.connect(), dialect, 'replica')
    const storage = kyselyStorage(primary.connect(), { dialect, replica: other.connect() })
    expect(await storage.find(notes)).toEqual([{ id: 'primary' }])
    expect(await storage.find(notes, { mayBeStale: false })).toEqual([{ id: 'primary' }])
    expect(await storage.find(notes, { mayBeStale: true, limit: 5 })).toEqual([{ id: 'replica' }])
    await storage.commit(batch(insert(notes, { id: 'second' })))
    expect(await storage.find(notes, { mayBeStale: true })).toEqual([{ id: 'replica' }])
    await primary.drop()
    await other.drop()
  })

  test(`a replica on ${name} that fails is replaced by the primary, and invalid input is reported`, async () => {
    const [primary, other] = [await database.create(), await database.create()]
    await createNotes(primary.connect(), dialect, 'primary')
    const replica = other.connect()
    const storage = kyselyStorage(primary.connect(), { dialect, replica })
    expect(await storage.find(notes, { mayBeStale: true })).toEqual([{ id: 'primary' }])
    await expect(storage.find(notes, { mayBeStale: true, limit: -1 })).rejects.toMatchObject({ code: 'input.invalid' })
    await primary.drop()
    await other.drop()
  })

  test(`verify() accepts a read-only replica on ${name}, and reports an unsuitable one`, async () => {
    const fresh = await database.create()
    await migrate(fresh.connect(), { dialect })
    const { db: replica } = fresh.connectWithSession(dialect === 'sqlite' ? [] : [readOnly[dialect]])
    await kyselyStorage(fresh.connect(), { dialect, replica }).verify()
    const { db: unsuitable } = fresh.connectWithSession([wrong[dialect]])
    const storage = kyselyStorage(fresh.connect(), { dialect, replica: unsuitable })
    await expect(storage.verify()).rejects.toMatchObject({ code: 'storage.session-mismatch' })
    await fresh.drop()
  })
}
