import { describe, expect, test } from 'vitest'
import { localKeyring, newKey, sealedWith } from '../crypto/index.ts'
import { memoryStorage } from '../storage/index.ts'
import { storageLookups } from './lookups.ts'
import { lookupSecrets } from './table.ts'

const older = newKey()
const newer = newKey()
const before = localKeyring({ keys: { k1: older }, currentKeyId: 'k1' })
const after = localKeyring({ keys: { k1: older, k2: newer }, currentKeyId: 'k2' })

describe('lookups', () => {
  test('are the same in all processes, also when they all start at once', async () => {
    const storage = memoryStorage()
    const hashes = await Promise.all(
      Array.from({ length: 20 }, () =>
        storageLookups({ storage, keyring: before, now: Date.now }).hash('email', 't', 'ann@example.org'),
      ),
    )
    expect(new Set(hashes).size).toBe(1)
  })

  test('stay what they are when the keyring gets a newer key, under which the secret is then sealed', async () => {
    const storage = memoryStorage()
    const hash = await storageLookups({ storage, keyring: before, now: Date.now }).hash('email', 't', 'a')
    expect(await storageLookups({ storage, keyring: after, now: Date.now }).hash('email', 't', 'a')).toBe(hash)
    const [row] = await storage.find(lookupSecrets)
    expect(row && sealedWith(row.sealedSecret)).toBe('k2')
    const onlyNewer = localKeyring({ keys: { k2: newer }, currentKeyId: 'k2' })
    expect(await storageLookups({ storage, keyring: onlyNewer, now: Date.now }).hash('email', 't', 'a')).toBe(hash)
  })

  test('cannot be made without the keyring, and can be again as soon as it is there', async () => {
    const storage = memoryStorage()
    await storageLookups({ storage, keyring: before, now: Date.now }).hash('email', 't', 'a')
    let reachable = false
    const derive: typeof before.derive = async (...args) => {
      if (!reachable) throw new Error('out of reach')
      return before.derive(...args)
    }
    const lookups = storageLookups({ storage, keyring: { currentKeyId: 'k1', derive }, now: Date.now })
    await expect(lookups.hash('email', 't', 'a')).rejects.toThrow('out of reach')
    reachable = true
    expect(await lookups.hash('email', 't', 'a')).toHaveLength(43)
  })
})
