import { describe, expect, test } from 'vitest'
import { environmentKeyring } from './environment-keyring.ts'
import { localKeyring, newKey } from './keyring.ts'

const a = newKey()
const b = newKey()
const invalid: unknown = expect.objectContaining({ code: 'keyring.invalid' })

describe('a keyring from the environment', () => {
  test('reads its keys from BILLFOLD_KEYS, the last one current', async () => {
    const keyring = environmentKeyring({ BILLFOLD_KEYS: `2026a:${a},2026b:${b}` })
    const same = localKeyring({ keys: { '2026a': a, '2026b': b }, currentKeyId: '2026b' })
    expect(keyring.currentKeyId).toBe('2026b')
    expect(await keyring.derive('2026a', 'seal')).toEqual(await same.derive('2026a', 'seal'))
    expect(await keyring.derive('2026b', 'seal')).toEqual(await same.derive('2026b', 'seal'))
  })

  test('takes BILLFOLD_CURRENT_KEY for the current one', () => {
    const env = { BILLFOLD_KEYS: `2026a:${a},2026b:${b}`, BILLFOLD_CURRENT_KEY: '2026a' }
    expect(environmentKeyring(env).currentKeyId).toBe('2026a')
    expect(environmentKeyring({ ...env, BILLFOLD_CURRENT_KEY: '' }).currentKeyId).toBe('2026b')
  })

  test('keeps the order of ids that look like numbers', () => {
    expect(environmentKeyring({ BILLFOLD_KEYS: `2:${a},1:${b}` }).currentKeyId).toBe('1')
  })

  test('overlooks spaces, line feeds and a comma at the end', () => {
    expect(environmentKeyring({ BILLFOLD_KEYS: `\n 2026a : ${a} ,\n 2026b:${b},\n` }).currentKeyId).toBe('2026b')
  })

  test.each([
    ['no variable', {}],
    ['an empty variable', { BILLFOLD_KEYS: '' }],
    ['only commas', { BILLFOLD_KEYS: ',,' }],
    ['a key without an id', { BILLFOLD_KEYS: a }],
    ['an id twice', { BILLFOLD_KEYS: `x:${a},x:${b}` }],
    ['a key that is cut short', { BILLFOLD_KEYS: `x:${a.slice(4)}` }],
    ['an id that sets a prototype', { BILLFOLD_KEYS: `__proto__:${a}`, BILLFOLD_CURRENT_KEY: 'toString' }],
    ['a current key that is not there', { BILLFOLD_KEYS: `x:${a}`, BILLFOLD_CURRENT_KEY: 'y' }],
  ])('refuses %s', (_, env) => {
    expect(() => environmentKeyring(env)).toThrow(invalid)
  })
})
