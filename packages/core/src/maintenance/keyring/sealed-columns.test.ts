import { describe, expect, test } from 'vitest'
import { localKeyring, newKey, seal, open } from '../../kernel/crypto/index.ts'
import { newId } from '../../kernel/ids.ts'
import { batch, insert, type Row } from '../../kernel/storage/index.ts'
import { builtInDeclarations, builtInModules } from '../../built-in-modules.ts'
import type { ModuleDeclaration } from '../../platform/module.ts'
import { createRow } from '../../test-fixtures/create-row.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { createKeyringApi } from './api.ts'

const keys = { k1: newKey(), k2: newKey(), k3: newKey() }
const keyringWith = (currentKeyId: keyof typeof keys) => localKeyring({ keys, currentKeyId })
const actor = { tenant: 'default', id: 'host' }

const { tables, sealedColumns } = builtInDeclarations
const modules: readonly ModuleDeclaration[] = builtInModules

/** Columns that can only be decrypted with a user's signing method. */
const userSealed = modules.flatMap(({ masterSecretColumns = [], sealingExceptions = {} }) => [
  ...masterSecretColumns.map(({ table, column }) => `${table.name}.${column}`),
  ...Object.keys(sealingExceptions),
])

describe('sealedColumns', () => {
  test('every column whose name starts with sealed is sealed by the keyring, by a master secret, or an exception', () => {
    const named = tables.flatMap(({ name, columns }) =>
      Object.keys(columns).flatMap((column) => (column.startsWith('sealed') ? [`${name}.${column}`] : [])),
    )
    const known = sealedColumns.map(({ table, column }) => `${table.name}.${column}`)
    expect(new Set([...known, ...userSealed])).toEqual(new Set(named))
    expect(known).toEqual([...new Set(known)])
  })

  test('no column is left to user secrets but the keys of signing methods, wallets and DIDs', () => {
    expect(userSealed.toSorted()).toEqual([
      'did_wallets.sealedKey',
      'seeds.sealedEntropy',
      'signing_methods.sealedPrivateKey',
      'signing_methods.sealedSecret',
      'vaults.sealedEntropy',
      'wallets.sealedKey',
    ])
  })

  test.each(sealedColumns.map((column) => [`${column.table.name}.${column.column}`, column] as const))(
    '%s is re-encrypted under the current key in its encryption context',
    async (_, column) => {
      const services = { ...testServices(), keyring: keyringWith('k1') }
      const empty = createRow(column.table)
      const sealedUnder = async (key: keyof typeof keys): Promise<Row> => {
        const row = { ...empty, ...('id' in empty && { id: newId() }) }
        const value = await seal(keyringWith(key), Buffer.from(key), column.toEncryptionContext(row))
        return { ...row, [column.column]: value }
      }
      const row = await sealedUnder('k2')
      await services.storage.commit(batch(insert(column.table, row)))
      expect(await createKeyringApi(services, () => actor, sealedColumns, []).usage()).toMatchObject({
        currentKeyId: 'k1',
        olderKeys: expect.arrayContaining([expect.objectContaining({ id: 'k2', sealedValues: 1, inKeyring: true })]),
      })
      expect(await createKeyringApi(services, () => actor, sealedColumns, []).reencrypt()).toMatchObject({
        reencrypted: 1,
        unreadable: [],
      })
      const [after = {}] = await services.storage.find(column.table)
      const onlyNewest = localKeyring({ keys: { k1: keys.k1 }, currentKeyId: 'k1' })
      const value = after[column.column]
      if (!(value instanceof Uint8Array)) throw new Error('expected a value')
      expect(Buffer.from(await open(onlyNewest, value, column.toEncryptionContext(after))).toString()).toBe('k2')
      expect({ ...after, [column.column]: 0 }).toEqual({ ...row, [column.column]: 0 })
      const { olderKeys } = await createKeyringApi(services, () => actor, sealedColumns, []).usage()
      expect(olderKeys.map(({ sealedValues }) => sealedValues)).toEqual([0, 0])
    },
  )
})
