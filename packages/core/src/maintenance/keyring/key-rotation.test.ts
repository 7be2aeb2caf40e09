import { describe, expect, test } from 'vitest'
import { createBillfold } from '../../billfold.ts'
import { localKeyring, newKey, createPasswordHasher } from '../../kernel/crypto/index.ts'
import { memoryStorage, type Storage } from '../../kernel/storage/index.ts'

const keys = { k1: newKey(), k2: newKey() }
const fastHasher = createPasswordHasher({ cost: { logN: 4, r: 1, p: 1 } })

function createHost(storage: Storage, currentKeyId: string, ...known: (keyof typeof keys)[]) {
  const entries = Object.fromEntries(known.map((id) => [id, keys[id]]))
  return createBillfold({ storage, passwordHasher: fastHasher, keyring: localKeyring({ keys: entries, currentKeyId }) })
}

describe('a key rotation', () => {
  test('allows the old key to be removed once nothing depends on it, and not before', async () => {
    const storage = memoryStorage()
    const before = createHost(storage, 'k1', 'k1')
    const { keyId } = await before.serviceKeys.create({ tag: 'backend', scopes: ['custody'] })
    const { id: vaultId } = await before.wallets.createVault({ kind: 'BIP44' })
    await before.audit.checkpoint()
    const both = createHost(storage, 'k2', 'k1', 'k2')
    expect(await both.keys.usage()).toEqual({
      currentKeyId: 'k2',
      malformedValues: 0,
      olderKeys: [
        {
          id: 'k1',
          inKeyring: true,
          sealedValues: 2,
          pepperedValues: [
            { name: 'signing methods', count: 0 },
            { name: 'passwords and PINs', count: 0 },
          ],
          authenticatesAuditLog: true,
        },
      ],
    })
    const tooEarly = createHost(storage, 'k2', 'k2')
    expect((await tooEarly.keys.usage()).olderKeys).toMatchObject([{ id: 'k1', inKeyring: false, sealedValues: 2 }])
    const failed = await tooEarly.keys.reencrypt()
    expect(failed).toMatchObject({ reencrypted: 0, authenticatesAuditLog: false })
    await tooEarly.licences.create({ tag: 'a' })
    await expect(tooEarly.audit.checkpoint()).rejects.toMatchObject({ code: 'audit.chain-untrusted' })
    expect(failed.unreadable).toEqual([
      { table: 'service_keys', column: 'sealedSecret', row: { id: keyId }, code: 'keyring.unknown-key' },
      { table: 'vaults', column: 'sealedEntropy', row: { id: vaultId }, code: 'keyring.unknown-key' },
    ])
    const progress: number[] = []
    expect(await both.keys.reencrypt({ onProgress: ({ reencrypted }) => progress.push(reencrypted) })).toEqual({
      keyId: 'k2',
      reencrypted: 2,
      unreadable: [],
      authenticatesAuditLog: true,
    })
    expect(progress).toEqual([1, 2])
    expect((await both.keys.usage()).olderKeys).toMatchObject([
      { id: 'k1', sealedValues: 0, authenticatesAuditLog: false },
    ])
    const after = createHost(storage, 'k2', 'k2')
    expect((await after.keys.usage()).olderKeys).toEqual([])
    expect(await after.keys.reencrypt()).toMatchObject({ reencrypted: 0 })
    expect((await after.audit.verify()).findings).toEqual([])
    expect((await after.audit.search({ action: 'keys.reencrypted' })).records).toMatchObject([
      { subject: 'k2', detail: { reencrypted: 2 } },
    ])
  })
})
