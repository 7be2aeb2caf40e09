import { describe, expect, test } from 'vitest'
import { environmentKeyring } from './environment-keyring.ts'
import { localKeyring, newKey } from './keyring.ts'

const a = newKey()
const b = newKey()
const invalid: unknown = expect.objectContaining({ code: 'keyring.invalid' })

describe('environmentKeyring', () => {
  test('reads BILLFOLD_KEYS and makes the last key current', async () => {
    const keyring = environmentKeyring({ BILLFOLD_KEYS: `2026a:${a},2026b:${b}` })
    const same = localKeyring({ keys: { '2026a': a, '2026b': b }, currentKeyId: '2026b' })
    expect(keyring.currentKeyId).toBe('2026b')
    expect(await keyring.derive('2026a', 'seal')).toEqual(await same.derive('2026a', 'seal'))
    expect(await keyring.derive('2026b', 'seal')).toEqual(await same.derive('2026b', 'seal'))
  })

  test('makes the key named by BILLFOLD_CURRENT_KEY current', () => {
    const env = { BILLFOLD_KEYS: `2026a:${a},2026b:${b}`, BILLFOLD_CURRENT_KEY: '2026a' }
    expect(environmentKeyring(env).currentKeyId).toBe('2026a')
    expect(environmentKeyring({ ...env, BILLFOLD_CURRENT_KEY: '' }).currentKeyId).toBe('2026b')
  })

  test('preserves the order of numeric ids', () => {
    expect(environmentKeyring({ BILLFOLD_KEYS: `2:${a},1:${b}` }).currentKeyId).toBe('1')
  })

  test('ignores spaces, line feeds and a trailing comma', () => {
    expect(environmentKeyring({ BILLFOLD_KEYS: `\n 2026a : ${a} ,\n 2026b:${b},\n` }).currentKeyId).toBe('2026b')
  })

  test('says how to create a key, if there is none', () => {
    const message: unknown = expect.stringContaining('openssl rand -base64 32')
    expect(() => environmentKeyring({})).toThrow(expect.objectContaining({ code: 'keyring.invalid', message }))
  })

  test.each([
    ['no variable', {}],
    ['an empty variable', { BILLFOLD_KEYS: '' }],
    ['only commas', { BILLFOLD_KEYS: ',,' }],
    ['a key without an id', { BILLFOLD_KEYS: a }],
    ['a repeated id', { BILLFOLD_KEYS: `x:${a},x:${b}` }],
    ['a truncated key', { BILLFOLD_KEYS: `x:${a.slice(4)}` }],
    ['an id that sets a prototype', { BILLFOLD_KEYS: `__proto__:${a}`, BILLFOLD_CURRENT_KEY: 'toString' }],
    ['an unknown current key', { BILLFOLD_KEYS: `x:${a}`, BILLFOLD_CURRENT_KEY: 'y' }],
  ])('rejects %s', (_, env) => {
    expect(() => environmentKeyring(env)).toThrow(invalid)
  })
})
