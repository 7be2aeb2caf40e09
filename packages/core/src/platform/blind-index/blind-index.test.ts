import { describe, expect, test } from 'vitest'
import { localKeyring, newKey, sealingKeyId } from '../../kernel/crypto/index.ts'
import { memoryStorage } from '../../kernel/storage/index.ts'
import { storageBlindIndex } from './blind-index.ts'
import { blindIndexSecrets } from './table.ts'

const older = newKey()
const newer = newKey()
const before = localKeyring({ keys: { k1: older }, currentKeyId: 'k1' })
const after = localKeyring({ keys: { k1: older, k2: newer }, currentKeyId: 'k2' })

describe('the blind index', () => {
  test('returns the same hash in all processes, even when they start concurrently', async () => {
    const storage = memoryStorage()
    const hashes = await Promise.all(
      Array.from({ length: 20 }, () =>
        storageBlindIndex({ storage, keyring: before, now: Date.now }).hash('email', 't', 'ann@example.org'),
      ),
    )
    expect(new Set(hashes).size).toBe(1)
  })

  test('returns the same hash after a key rotation, and re-seals the secret under the current key', async () => {
    const storage = memoryStorage()
    const hash = await storageBlindIndex({ storage, keyring: before, now: Date.now }).hash('email', 't', 'a')
    expect(await storageBlindIndex({ storage, keyring: after, now: Date.now }).hash('email', 't', 'a')).toBe(hash)
    const [row] = await storage.find(blindIndexSecrets)
    expect(row && sealingKeyId(row.sealedSecret)).toBe('k2')
    const onlyNewer = localKeyring({ keys: { k2: newer }, currentKeyId: 'k2' })
    expect(await storageBlindIndex({ storage, keyring: onlyNewer, now: Date.now }).hash('email', 't', 'a')).toBe(hash)
  })

  test('fails while the keyring is unavailable, and recovers afterwards', async () => {
    const storage = memoryStorage()
    await storageBlindIndex({ storage, keyring: before, now: Date.now }).hash('email', 't', 'a')
    let reachable = false
    const derive: typeof before.derive = async (...args) => {
      if (!reachable) throw new Error('unavailable')
      return before.derive(...args)
    }
    const blindIndex = storageBlindIndex({ storage, keyring: { currentKeyId: 'k1', derive }, now: Date.now })
    await expect(blindIndex.hash('email', 't', 'a')).rejects.toThrow('unavailable')
    reachable = true
    expect(await blindIndex.hash('email', 't', 'a')).toHaveLength(43)
  })
})
