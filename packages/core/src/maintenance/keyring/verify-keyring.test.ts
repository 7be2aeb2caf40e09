import { describe, expect, test } from 'vitest'
import { createBillfold } from '../../billfold.ts'
import { localKeyring, newKey } from '../../kernel/crypto/index.ts'
import { memoryStorage } from '../../kernel/storage/index.ts'

const createHost = (storage: ReturnType<typeof memoryStorage>, keyId: string, key: string) =>
  createBillfold({ storage, keyring: localKeyring({ keys: { [keyId]: key }, currentKeyId: keyId }) })

describe('the verification of the keyring', () => {
  test('on a database without sealed values, decrypts nothing and finds nothing', async () => {
    const { keys } = createHost(memoryStorage(), 'k1', newKey())
    expect(await keys.verify()).toEqual({ decrypted: 0, unreadable: [] })
  })

  test('with another key of the same id, names the value that it does not open', async () => {
    const [storage, key] = [memoryStorage(), newKey()]
    const host = createHost(storage, 'k1', key)
    const { keyId } = await host.serviceKeys.create({ tag: 'backend', scopes: ['custody'] })
    expect(await host.keys.verify()).toEqual({ decrypted: 1, unreadable: [] })
    const unreadable = [{ table: 'service_keys', column: 'sealedSecret', row: { id: keyId } }]
    expect((await createHost(storage, 'k1', newKey()).keys.verify()).unreadable).toEqual([
      { ...unreadable[0], code: 'sealed.invalid' },
    ])
    expect((await createHost(storage, 'k2', key).keys.verify()).unreadable).toEqual([
      { ...unreadable[0], code: 'keyring.unknown-key' },
    ])
  })

  test('on a database with values in nullable columns, decrypts those that are there', async () => {
    const storage = memoryStorage()
    const host = createHost(storage, 'k1', newKey())
    await host.users.find({ kind: 'username', value: 'ada' })
    await host.wallets.createVault({ kind: 'BIP44' })
    const { decrypted, unreadable } = await host.keys.verify()
    expect({ unreadable, both: decrypted >= 2 }).toEqual({ unreadable: [], both: true })
  })
})
