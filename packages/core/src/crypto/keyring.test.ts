import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kmsKeyring, localKeyring, newKey } from './keyring.ts'

const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64')
const two = { keys: { '2026a': keyOf(1), '2026b': keyOf(2) }, currentKeyId: '2026b' }

describe('a local keyring', () => {
  test('derives by HKDF-SHA256 (RFC 5869) with the purpose as info', async () => {
    const prk = createHmac('sha256', Buffer.alloc(32)).update(Buffer.alloc(32, 1)).digest()
    const expected = createHmac('sha256', prk).update('billfold:seal').update(Buffer.of(1)).digest()
    expect(Buffer.from(await localKeyring(two).derive('2026a', 'seal'))).toEqual(expected)
  })

  test('gives the same bytes in every instance, and other bytes for another key or purpose', async () => {
    const derived = await Promise.all([
      localKeyring(two).derive('2026a', 'seal'),
      localKeyring(two).derive('2026b', 'seal'),
      localKeyring(two).derive('2026a', 'pepper'),
    ])
    expect(await localKeyring(two).derive('2026a', 'seal')).toEqual(derived[0])
    expect(new Set(derived.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(3)
  })

  test('gives bytes that the caller may overwrite', async () => {
    const keyring = localKeyring(two)
    const first = await keyring.derive('2026a', 'seal')
    const copy = Uint8Array.from(first)
    first.fill(0)
    expect(await keyring.derive('2026a', 'seal')).toEqual(copy)
  })

  test.each(['2026c', '', 'constructor', '__proto__'])('refuses a key that it does not have: %j', async (keyId) => {
    await expect(localKeyring(two).derive(keyId, 'seal')).rejects.toMatchObject({ code: 'keyring.unknown-key' })
  })

  test.each([
    ['an empty id', { keys: { '': keyOf(1) }, currentKeyId: '' }],
    ['an id of 33 characters', { keys: { ['a'.repeat(33)]: keyOf(1) }, currentKeyId: 'a'.repeat(33) }],
    ['an id with a colon', { keys: { 'a:b': keyOf(1) }, currentKeyId: 'a:b' }],
    ['an id that ends in a line feed', { keys: { 'a\n': keyOf(1) }, currentKeyId: 'a\n' }],
    ['a current id without a key', { keys: { a: keyOf(1) }, currentKeyId: 'b' }],
    ['a current id that every object has', { keys: { a: keyOf(1) }, currentKeyId: 'constructor' }],
    ['no keys', { keys: {}, currentKeyId: 'a' }],
    ['an empty key', { keys: { a: '' }, currentKeyId: 'a' }],
    ['a key of 31 bytes', { keys: { a: Buffer.alloc(31).toString('base64') }, currentKeyId: 'a' }],
    ['a key of 33 bytes', { keys: { a: Buffer.alloc(33).toString('base64') }, currentKeyId: 'a' }],
    ['a key without its padding', { keys: { a: keyOf(1).slice(0, -1) }, currentKeyId: 'a' }],
    ['a key with a space', { keys: { a: ` ${keyOf(1)}` }, currentKeyId: 'a' }],
    ['a key in hex', { keys: { a: 'ab'.repeat(32) }, currentKeyId: 'a' }],
  ])('refuses %s', (_, options) => {
    expect(() => localKeyring(options)).toThrow(expect.objectContaining({ code: 'keyring.invalid' }))
  })

  test('never puts a key into an error', () => {
    const secret = Buffer.alloc(31, 7).toString('base64')
    const make = (): unknown => localKeyring({ keys: { a: secret }, currentKeyId: 'a' })
    expect(make).toThrow('The key a is not 32 bytes')
    expect(make).not.toThrow(secret)
  })

  test('does not show its keys when it is printed', () => {
    const key = keyOf(9)
    const keyring = localKeyring({ keys: { a: key }, currentKeyId: 'a' })
    expect(inspect(keyring, { depth: 10, showHidden: true }) + JSON.stringify(keyring)).not.toContain(key)
  })

  test('takes what newKey makes', async () => {
    const keyring = localKeyring({ keys: { a: newKey() }, currentKeyId: 'a' })
    expect(await keyring.derive('a', 'seal')).toHaveLength(32)
    expect(newKey()).not.toBe(newKey())
  })

  test('holds no two purposes for the same', async () => {
    const keyring = localKeyring(two)
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 64 }), fc.string({ maxLength: 64 }), async (a, b) => {
        const same = Buffer.from(await keyring.derive('2026a', a)).equals(await keyring.derive('2026a', b))
        expect(same).toBe(Buffer.from(a).equals(Buffer.from(b)))
      }),
    )
  })
})

describe('a KMS keyring', () => {
  const wrapped = { keys: { a: Buffer.from('wrapped a').toString('base64'), b: 'AAAA' }, currentKeyId: 'b' }

  test('derives from what the KMS unwraps as a local keyring does', async () => {
    const keyring = kmsKeyring({ ...wrapped, unwrap: async () => Buffer.alloc(32, 1) })
    expect(await keyring.derive('a', 'seal')).toEqual(await localKeyring(two).derive('2026a', 'seal'))
  })

  test('unwraps each key once, whoever asks at the same time', async () => {
    const calls: string[] = []
    const keyring = kmsKeyring({
      ...wrapped,
      unwrap: async (bytes, keyId) => {
        calls.push(`${keyId} ${Buffer.from(bytes).toString('base64')}`)
        return Buffer.alloc(32, 1)
      },
    })
    await Promise.all(Array.from({ length: 20 }, (_, index) => keyring.derive(index % 2 ? 'a' : 'b', 'seal')))
    await keyring.derive('a', 'pepper')
    expect(calls.toSorted()).toEqual([`a ${wrapped.keys.a}`, 'b AAAA'])
  })

  test('gives a failure to all who waited for it, and asks again after it', async () => {
    let calls = 0
    const keyring = kmsKeyring({
      ...wrapped,
      unwrap: async () => {
        calls++
        if (calls === 1) throw new Error('the KMS is down')
        return Buffer.alloc(32, 1)
      },
    })
    const failed = await Promise.allSettled([keyring.derive('a', 'seal'), keyring.derive('a', 'pepper')])
    expect(failed).toMatchObject([
      { status: 'rejected', reason: { code: 'keyring.unavailable' } },
      { status: 'rejected', reason: { code: 'keyring.unavailable' } },
    ])
    expect(await keyring.derive('a', 'seal')).toHaveLength(32)
    expect(calls).toBe(2)
  })

  test('refuses a key of another length than 32 bytes', async () => {
    const keyring = kmsKeyring({ ...wrapped, unwrap: async () => Buffer.alloc(16) })
    await expect(keyring.derive('a', 'seal')).rejects.toMatchObject({ code: 'keyring.invalid' })
  })

  test('does not ask the KMS for a key that it does not have', async () => {
    let calls = 0
    const keyring = kmsKeyring({
      ...wrapped,
      unwrap: async () => {
        calls++
        return Buffer.alloc(32)
      },
    })
    await expect(keyring.derive('c', 'seal')).rejects.toMatchObject({ code: 'keyring.unknown-key' })
    expect(calls).toBe(0)
  })

  test('refuses malformed ids and base64 at once', () => {
    const unwrap = async (): Promise<Uint8Array> => Buffer.alloc(32)
    const invalid: unknown = expect.objectContaining({ code: 'keyring.invalid' })
    expect(() => kmsKeyring({ keys: { a: 'not base64!' }, currentKeyId: 'a', unwrap })).toThrow(invalid)
    expect(() => kmsKeyring({ keys: { a: 'AAAA' }, currentKeyId: 'b', unwrap })).toThrow(invalid)
  })
})
