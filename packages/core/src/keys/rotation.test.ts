import { describe, expect, test } from 'vitest'
import { createBillfold } from '../billfold.ts'
import { localKeyring, newKey, slowHash } from '../crypto/index.ts'
import { memoryStorage, type Storage } from '../storage/index.ts'

const keys = { k1: newKey(), k2: newKey() }
const fastHasher = slowHash({ cost: { logN: 4, r: 1, p: 1 } })

function createHost(storage: Storage, currentKeyId: string, ...known: (keyof typeof keys)[]) {
  const entries = Object.fromEntries(known.map((id) => [id, keys[id]]))
  return createBillfold({ storage, slowHash: fastHasher, keyring: localKeyring({ keys: entries, currentKeyId }) })
}

describe('a key rotation', () => {
  test('allows the old key to be removed once nothing depends on it, and not before', async () => {
    const storage = memoryStorage()
    const before = createHost(storage, 'k1', 'k1')
    const { keyId } = await before.serviceKeys.create({ tag: 'backend', scopes: ['custody'] })
    const { id: vaultId } = await before.wallets.createVault({ kind: 'BIP44' })
    await before.audit.seal()
    const both = createHost(storage, 'k2', 'k1', 'k2')
    expect(await both.keys.usage()).toEqual({
      current: 'k2',
      malformed: 0,
      older: [
        {
          id: 'k1',
          inKeyring: true,
          sealedValues: 2,
          signingMethods: 0,
          passwords: 0,
          vouchesForAuditTrail: true,
        },
      ],
    })
    const tooEarly = createHost(storage, 'k2', 'k2')
    expect((await tooEarly.keys.usage()).older).toMatchObject([{ id: 'k1', inKeyring: false, sealedValues: 2 }])
    const failed = await tooEarly.keys.reseal()
    expect(failed).toMatchObject({ resealed: 0, vouchesForAuditTrail: false })
    await tooEarly.licences.create({ tag: 'a' })
    await expect(tooEarly.audit.seal()).rejects.toMatchObject({ code: 'audit.unvouched' })
    expect(failed.unreadable).toEqual([
      { table: 'service_keys', column: 'sealedSecret', row: { id: keyId }, code: 'keyring.unknown-key' },
      { table: 'vaults', column: 'sealedEntropy', row: { id: vaultId }, code: 'keyring.unknown-key' },
    ])
    const progress: number[] = []
    expect(await both.keys.reseal({ onProgress: ({ resealed }) => progress.push(resealed) })).toEqual({
      keyId: 'k2',
      resealed: 2,
      unreadable: [],
      vouchesForAuditTrail: true,
    })
    expect(progress).toEqual([1, 2])
    expect((await both.keys.usage()).older).toMatchObject([{ id: 'k1', sealedValues: 0, vouchesForAuditTrail: false }])
    const after = createHost(storage, 'k2', 'k2')
    expect((await after.keys.usage()).older).toEqual([])
    expect(await after.keys.reseal()).toMatchObject({ resealed: 0 })
    expect((await after.audit.verify()).findings).toEqual([])
    expect((await after.audit.search({ act: 'keys.re-sealed' })).records).toMatchObject([
      { subject: 'k2', detail: { resealed: 2 } },
    ])
  })
})
