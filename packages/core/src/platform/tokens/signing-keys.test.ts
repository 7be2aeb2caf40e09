import { expect, test } from 'vitest'
import { type Keyring, localKeyring, newKey } from '../../kernel/crypto/index.ts'
import { createSigningKeys } from './signing-keys.ts'

test('signing keys differ by token type and key, and are imported once', async () => {
  const keyring = localKeyring({ keys: { k1: newKey(), k2: newKey() }, currentKeyId: 'k2' })
  const signingKeys = createSigningKeys(keyring)
  const key = await signingKeys('k1', 'user')
  expect(await signingKeys('k1', 'user')).toBe(key)
  expect(await signingKeys('k2', 'user')).not.toBe(key)
  expect(await signingKeys('k1', 'service')).not.toBe(key)
  expect(key.extractable).toBe(false)
})

test('a signing key follows the keyring: another key under its id replaces it, and one that is lost is not used', async () => {
  let derive: Keyring['derive'] = () => Promise.resolve(new Uint8Array(32).fill(1))
  const signingKeys = createSigningKeys({ currentKeyId: 'k1', derive: (...input) => derive(...input) })
  const first = await signingKeys('k1', 'user')
  derive = () => Promise.resolve(new Uint8Array(32).fill(2))
  const second = await signingKeys('k1', 'user')
  expect(second).not.toBe(first)
  expect(await signingKeys('k1', 'user')).toBe(second)
  derive = () => Promise.reject(new Error('lost'))
  await expect(signingKeys('k1', 'user')).rejects.toThrow('lost')
})
