import { tables } from '@billfold/core'
import {
  batch,
  type Column,
  type Row,
  type Storage,
  type Table,
  type CellValue,
  wideIntegerRange,
} from '@billfold/core/storage'
import { listTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { coreMigrations } from './migrations/core-migrations.ts'
import { tablesAfter } from './migrations/migration.ts'

/** A long and unusual value of a column, different in each row; null in every second row of a nullable column. */
function createValue({ type, length = 300, nullable }: Column, at: number): CellValue {
  if (nullable && at % 2 === 1) return null
  switch (type) {
    case 'text':
      return [...`${at}ä 𝄞'\\`.padEnd(300, '~')].slice(0, length).join('')
    case 'bytes':
      return Uint8Array.from({ length: Math.min(length, 300) }, (_, index) => (index * 7 + at) % 256)
    case 'integer':
      // Ascending, so that rows of a numeric key are listed in this order.
      return Number.MAX_SAFE_INTEGER - 6 + at
    case 'bigint':
      return -(2n ** 63n) + BigInt(at)
    case 'wideInteger':
      return wideIntegerRange.min + BigInt(at)
    case 'boolean':
      return at % 2 === 0
  }
}

function createRow({ columns }: Table, at: number): Row {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, createValue(column, at)]))
}

/** The cells of an old row in columns that were added later. */
function backfilledCells(old: Table, today: Table): Row {
  const news = Object.entries(today.columns).filter(([name]) => old.columns[name] === undefined)
  return Object.fromEntries(news.map(([name, { backfill = null, type }]) => [name, toCell(type, backfill)]))
}

function toCell(type: Column['type'], backfill: string | number | boolean | null): CellValue {
  return backfill !== null && (type === 'bigint' || type === 'wideInteger') ? BigInt(backfill) : backfill
}

/** Lists the rows of a table, without the ids of the batches that the test commits. */
async function listRows(storage: Storage, table: Table): Promise<Row[]> {
  const where = table.name === 'applied_batches' ? { committedAt: { gt: 2 ** 52 } } : {}
  return storage.find(table, { where, orderBy: table.key.map((name) => [name, 'asc'] as const) })
}

const migrations = coreMigrations()
const states = migrations.map(({ name }) => name)

for (const database of await listTestDatabases({ servers: 'always' })) {
  const { dialect } = database
  describe.each(states)(`a database at %s on ${database.name}`, (to) => {
    const old = tablesAfter(migrations.filter(({ name }) => name <= to))
    const today = old.map((table) => tables.find(({ name }) => name === table.name) ?? table)

    test('preserves every row of every table when migrated, and all rows can be updated and removed', async () => {
      const fresh = await database.create()
      const db = fresh.connect()
      const storage = kyselyStorage(db, { dialect })
      await migrate(db, { dialect, to })
      const positions = [0, 1, 2]
      const inserts = old.flatMap((table) =>
        positions.map((at) => ({ kind: 'insert', table, row: createRow(table, at) }) as const),
      )
      await storage.commit(batch(...inserts))
      const pending = await pendingMigrations(db, { dialect })
      expect(pending.map(({ id }) => id)).toEqual(await migrate(db, { dialect }))
      await storage.verify()
      for (const [index, table] of today.entries()) {
        const before = old[index] ?? table
        expect(await listRows(storage, table), table.name).toEqual(
          positions.map((at) => ({ ...createRow(before, at), ...backfilledCells(before, table) })),
        )
      }
      const byKey = (table: Table, at: number): Row =>
        Object.fromEntries(table.key.map((name) => [name, createRow(table, at)[name] ?? null]))
      await storage.commit(
        batch(
          ...today.flatMap((table) => [
            { kind: 'remove', table, where: byKey(table, 0), expectedRows: 'one' } as const,
            {
              kind: 'update',
              table,
              where: byKey(table, 2),
              set: createRow(table, 4),
              add: {},
              expectedRows: 'one',
            } as const,
            { kind: 'insert', table, row: createRow(table, 6) } as const,
          ]),
        ),
      )
      for (const table of today) {
        const rows = await listRows(storage, table)
        expect(rows, table.name).toHaveLength(3)
        expect(rows, table.name).toEqual(expect.arrayContaining([4, 6].map((at) => createRow(table, at))))
      }
      await fresh.drop()
    })
  })
}
