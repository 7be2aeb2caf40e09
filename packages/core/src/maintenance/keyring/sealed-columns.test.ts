import { describe, expect, test } from 'vitest'
import { localKeyring, newKey, seal, sealedValuePrefix, open } from '../../kernel/crypto/index.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, type Column, insert, type Row, type CellValue } from '../../kernel/storage/index.ts'
import { tables } from '../../tables.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createKeyringApi } from './api.ts'
import { sealedColumns } from './sealed-columns.ts'

const keys = { k1: newKey(), k2: newKey(), k3: newKey() }
const keyringWith = (currentKeyId: keyof typeof keys) => localKeyring({ keys, currentKeyId })
const actor = { tenant: 'default', id: 'host' }

/** Columns that can only be decrypted with a user's signing method and the master secret. */
const userSealed = [
  'signing_methods.sealedPrivateKey',
  'signing_methods.sealedSecret',
  'wallets.sealedKey',
  'seeds.sealedEntropy',
]

function createCell(column: Column): CellValue {
  if (column.nullable) return null
  switch (column.type) {
    case 'text':
      return newId().slice(0, column.length)
    case 'bytes':
      return sealedValuePrefix('k1')
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
        const value = await seal(keyringWith(key), Buffer.from(key), column.toEncryptionContext(row))
        return { ...row, [column.column]: value }
      }
      const row = await sealedUnder('k2')
      await services.storage.commit(batch(insert(column.table, row)))
      expect(await createKeyringApi(services, () => actor).usage()).toMatchObject({
        currentKeyId: 'k1',
        olderKeys: expect.arrayContaining([expect.objectContaining({ id: 'k2', sealedValues: 1, inKeyring: true })]),
      })
      expect(await createKeyringApi(services, () => actor).reencrypt()).toMatchObject({
        reencrypted: 1,
        unreadable: [],
      })
      const [after = {}] = await services.storage.find(column.table)
      const onlyNewest = localKeyring({ keys: { k1: keys.k1 }, currentKeyId: 'k1' })
      const value = after[column.column]
      if (!(value instanceof Uint8Array)) throw new Error('expected a value')
      expect(Buffer.from(await open(onlyNewest, value, column.toEncryptionContext(after))).toString()).toBe('k2')
      expect({ ...after, [column.column]: 0 }).toEqual({ ...row, [column.column]: 0 })
      const { olderKeys } = await createKeyringApi(services, () => actor).usage()
      expect(olderKeys.map(({ sealedValues }) => sealedValues)).toEqual([0, 0])
    },
  )
})
