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
import { openTestDatabases } from '@billfold/test-databases'
import { describe, expect, test } from 'vitest'
import { kyselyStorage } from '../kysely-storage.ts'
import { migrate, pendingMigrations } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { tablesAfter } from './migrations/migration.ts'

/** A value of a column: long and unusual, other for each row, and null in every second row where it may be. */
function valueOf({ type, length = 300, nullable }: Column, at: number): CellValue {
  if (nullable && at % 2 === 1) return null
  switch (type) {
    case 'text':
      return [...`${at}ä 𝄞'\\`.padEnd(300, '~')].slice(0, length).join('')
    case 'bytes':
      return Uint8Array.from({ length: Math.min(length, 300) }, (_, index) => (index * 7 + at) % 256)
    case 'integer':
      return Number.MAX_SAFE_INTEGER - at
    case 'bigint':
      return -(2n ** 63n) + BigInt(at)
    case 'wideInteger':
      return wideIntegerRange.min + BigInt(at)
    case 'boolean':
      return at % 2 === 0
  }
}

function rowOf({ columns }: Table, at: number): Row {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, valueOf(column, at)]))
}

/** What a row has in the columns that its version did not have. */
function added(old: Table, today: Table): Row {
  const news = Object.entries(today.columns).filter(([name]) => old.columns[name] === undefined)
  return Object.fromEntries(news.map(([name, { backfill = null, type }]) => [name, filledAs(type, backfill)]))
}

function filledAs(type: Column['type'], fill: string | number | boolean | null): CellValue {
  return fill !== null && (type === 'bigint' || type === 'wideInteger') ? BigInt(fill) : fill
}

/** The rows of a table, but for what the storage itself notes of the batches of this test. */
async function allOf(storage: Storage, table: Table): Promise<Row[]> {
  const where = table.name === 'applied_batches' ? { committedAt: { gt: 2 ** 52 } } : {}
  return storage.find(table, { where, orderBy: table.key.map((name) => [name, 'asc'] as const) })
}

const newest = migrations.at(-1)?.version ?? 0
const earlier = migrations.map(({ version }) => version).filter((version) => version < newest)

for (const database of await openTestDatabases()) {
  const { dialect } = database
  describe.each(earlier)(`a database of version %i on ${database.name}`, (version) => {
    const old = tablesAfter(migrations.slice(0, version))
    const today = old.map((table) => tables.find(({ name }) => name === table.name) ?? table)

    test('keeps every row of every table when it is migrated, and they can be written and removed as ever', async () => {
      const fresh = await database.open()
      const db = fresh.connect()
      const storage = kyselyStorage(db, { dialect })
      await migrate(db, { dialect, to: version })
      const given = [0, 1, 2]
      const inserts = old.flatMap((table) =>
        given.map((at) => ({ kind: 'insert', table, row: rowOf(table, at) }) as const),
      )
      await storage.commit(batch(...inserts))
      const pending = await pendingMigrations(db, { dialect })
      expect(pending.map((one) => one.version)).toEqual(await migrate(db, { dialect }))
      await storage.verify()
      for (const [index, table] of today.entries()) {
        const before = old[index] ?? table
        expect(await allOf(storage, table), table.name).toEqual(
          given.map((at) => ({ ...rowOf(before, at), ...added(before, table) })),
        )
      }
      const byKey = (table: Table, at: number): Row =>
        Object.fromEntries(table.key.map((name) => [name, rowOf(table, at)[name] ?? null]))
      await storage.commit(
        batch(
          ...today.flatMap((table) => [
            { kind: 'remove', table, where: byKey(table, 0), expectedRows: 'one' } as const,
            {
              kind: 'update',
              table,
              where: byKey(table, 2),
              set: rowOf(table, 4),
              add: {},
              expectedRows: 'one',
            } as const,
            { kind: 'insert', table, row: rowOf(table, 6) } as const,
          ]),
        ),
      )
      for (const table of today) {
        const rows = await allOf(storage, table)
        expect(rows, table.name).toHaveLength(3)
        expect(rows, table.name).toEqual(expect.arrayContaining([4, 6].map((at) => rowOf(table, at))))
      }
      await fresh.drop()
    })
  })
}
