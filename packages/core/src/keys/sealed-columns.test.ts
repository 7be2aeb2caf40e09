import { describe, expect, test } from 'vitest'
import { localKeyring, newKey, seal, sealedPrefix, unseal } from '../crypto/index.ts'
import { newId } from '../ids.ts'
import { batch, type Column, insert, type Row, type Value } from '../storage/index.ts'
import { tables } from '../tables.ts'
import { testServices } from '../test-fixtures/services.ts'
import { inProcessKeys } from './in-process.ts'
import { sealedColumns } from './sealed-columns.ts'

const keys = { k1: newKey(), k2: newKey(), k3: newKey() }
const keyringWith = (currentKeyId: keyof typeof keys) => localKeyring({ keys, currentKeyId })
const actor = { tenant: 'default', id: 'host' }

/** Columns that can only be decrypted with a user's signing method and the master secret. */
const userSealed = [
  'credentials.sealedPrivateKey',
  'credentials.sealedSecret',
  'wallets.sealedKey',
  'seeds.sealedEntropy',
]

function createCell(column: Column): Value {
  if (column.nullable) return null
  switch (column.type) {
    case 'text':
      return newId().slice(0, column.length)
    case 'bytes':
      return sealedPrefix('k1')
    case 'boolean':
      return false
    case 'integer':
      return 1
    case 'bigint':
    case 'wideInteger':
      return 1n
  }
}

describe('sealedColumns', () => {
  test('contains every column whose name starts with sealed, except those sealed under user secrets', () => {
    const named = tables.flatMap(({ name, columns }) =>
      Object.keys(columns).flatMap((column) => (column.startsWith('sealed') ? [`${name}.${column}`] : [])),
    )
    const known = sealedColumns.map(({ table, column }) => `${table.name}.${column}`)
    expect(known.toSorted()).toEqual(named.filter((column) => !userSealed.includes(column)).toSorted())
  })

  test.each(sealedColumns.map((column) => [`${column.table.name}.${column.column}`, column] as const))(
    '%s is re-encrypted under the current key in its encryption context',
    async (_, column) => {
      const services = { ...testServices(), keyring: keyringWith('k1') }
      const empty = Object.fromEntries(
        Object.entries(column.table.columns).map(([name, cell]) => [name, createCell(cell)]),
      )
      const sealedUnder = async (key: keyof typeof keys): Promise<Row> => {
        const row = { ...empty, ...('id' in empty && { id: newId() }) }
        const value = await seal(keyringWith(key), Buffer.from(key), column.placeOf(row))
        return { ...row, [column.column]: value }
      }
      const row = await sealedUnder('k2')
      await services.storage.commit(batch(insert(column.table, row)))
      expect(await inProcessKeys(services, () => actor).usage()).toMatchObject({
        current: 'k1',
        older: expect.arrayContaining([expect.objectContaining({ id: 'k2', sealedValues: 1, inKeyring: true })]),
      })
      expect(await inProcessKeys(services, () => actor).reseal()).toMatchObject({ resealed: 1, unreadable: [] })
      const [after = {}] = await services.storage.find(column.table)
      const onlyNewest = localKeyring({ keys: { k1: keys.k1 }, currentKeyId: 'k1' })
      const value = after[column.column]
      if (!(value instanceof Uint8Array)) throw new Error('expected a value')
      expect(Buffer.from(await unseal(onlyNewest, value, column.placeOf(after))).toString()).toBe('k2')
      expect({ ...after, [column.column]: 0 }).toEqual({ ...row, [column.column]: 0 })
      const { older } = await inProcessKeys(services, () => actor).usage()
      expect(older.map(({ sealedValues }) => sealedValues)).toEqual([0, 0])
    },
  )
})
