import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localKeyring, newKey } from './keyring.ts'
import {
  type EncryptionContext,
  seal,
  sealingKeyId,
  sealOverheadBytes,
  sealWithKey,
  open,
  openWithKey,
} from './sealing.ts'

const keys = { '2026a': newKey(), '2026b': newKey() }
const older = localKeyring({ keys, currentKeyId: '2026a' })
const keyring = localKeyring({ keys, currentKeyId: '2026b' })
const key = randomBytes(32)
const context: EncryptionContext = { tenant: 't1', table: 'users', row: 'r1', field: 'email' }
const invalid = { code: 'sealed.invalid' }

/** A modified header may name another key, which is reported before decryption. */
const anyFailure: unknown = expect.stringMatching(/^(sealed\.invalid|keyring\.unknown-key)$/)

const bytes = fc.uint8Array({ maxLength: 300 })
const contexts: fc.Arbitrary<EncryptionContext> = fc.record({
  tenant: fc.string({ unit: 'binary', maxLength: 8 }),
  table: fc.string({ unit: 'binary', maxLength: 8 }),
  row: fc.string({ unit: 'binary', maxLength: 8 }),
  field: fc.string({ unit: 'binary', maxLength: 8 }),
})

/** Both kinds of sealing behind one interface, so that each property is tested for both. */
const kinds = [
  {
    name: 'with a keyring',
    sealValue: (plaintext: Uint8Array, at: EncryptionContext) => seal(keyring, plaintext, at),
    openValue: (sealed: Uint8Array, at: EncryptionContext) => open(keyring, sealed, at),
  },
  {
    name: 'with a key',
    sealValue: async (plaintext: Uint8Array, at: EncryptionContext) => sealWithKey(key, plaintext, at),
    openValue: async (sealed: Uint8Array, at: EncryptionContext) => openWithKey(key, sealed, at),
  },
]

describe.each(kinds)('a value sealed $name', ({ sealValue, openValue }) => {
  test('opens with its encryption context, for any plaintext', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, contexts, async (plaintext, at) => {
        expect(await openValue(await sealValue(plaintext, at), at)).toEqual(plaintext)
      }),
    )
  })

  test('does not open with another encryption context', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, contexts, contexts, async (plaintext, at, other) => {
        fc.pre(JSON.stringify(at) !== JSON.stringify(other))
        await expect(openValue(await sealValue(plaintext, at), other)).rejects.toMatchObject(invalid)
      }),
    )
  })

  test('does not open with a context whose parts concatenate to the same text', async () => {
    const value = await sealValue(Buffer.from('x'), { tenant: 'ab', table: 'c', row: 'd', field: 'e' })
    await expect(openValue(value, { tenant: 'a', table: 'bc', row: 'd', field: 'e' })).rejects.toMatchObject(invalid)
    await expect(openValue(value, { tenant: 'ab', table: 'c', row: 'de', field: '' })).rejects.toMatchObject(invalid)
    const lone = await sealValue(Buffer.from('x'), { ...context, row: '\ud800' })
    await expect(openValue(lone, { ...context, row: '\ufffd' })).rejects.toMatchObject(invalid)
  })

  test('does not open with any single bit flipped, with no detail in the error', async () => {
    const value = await sealValue(Buffer.from('a secret'), context)
    for (let bit = 0; bit < value.length * 8; bit++) {
      const flipped = Uint8Array.from(value, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      await expect(openValue(flipped, context)).rejects.toMatchObject({
        code: anyFailure,
      })
    }
  })

  test('does not open when truncated at either end or extended', async () => {
    const value = await sealValue(Buffer.from('a secret'), context)
    for (let length = 0; length < value.length; length++) {
      await expect(openValue(value.slice(0, length), context)).rejects.toMatchObject(invalid)
    }
    await expect(openValue(value.slice(1), context)).rejects.toMatchObject(invalid)
    await expect(openValue(Buffer.concat([value, Buffer.of(0)]), context)).rejects.toMatchObject(invalid)
  })

  test('does not open from arbitrary bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 120 }),
        fc.constantFrom([], [1], [2], [1, 5, 50, 48, 50, 54, 97]),
        async (noise, start) => {
          await expect(openValue(Uint8Array.from([...start, ...noise]), context)).rejects.toMatchObject({
            code: anyFailure,
          })
        },
      ),
    )
  })

  test('differs each time, has a bounded length and contains no plaintext', async () => {
    const plaintext = randomBytes(64)
    const first = Buffer.from(await sealValue(plaintext, context))
    expect(first.equals(await sealValue(plaintext, context))).toBe(false)
    expect(first.length).toBeLessThanOrEqual(plaintext.length + sealOverheadBytes)
    expect(first.includes(plaintext.subarray(0, 8))).toBe(false)
  })

  test('does not change when the plaintext buffer changes', async () => {
    const plaintext = Buffer.from('a secret')
    const value = await sealValue(plaintext, context)
    plaintext.fill(0)
    expect(Buffer.from(await openValue(value, context)).toString()).toBe('a secret')
  })
})

describe('sealing with a keyring', () => {
  test('uses the current key, records its id, and opens values sealed with older keys', async () => {
    const old = await seal(older, Buffer.from('x'), context)
    expect(sealingKeyId(old)).toBe('2026a')
    expect(sealingKeyId(await seal(keyring, Buffer.from('x'), context))).toBe('2026b')
    expect(await open(keyring, old, context)).toEqual(Uint8Array.from(Buffer.from('x')))
  })

  test('throws keyring.unknown-key when the key was removed from the keyring', async () => {
    const without = localKeyring({ keys: { '2026b': keys['2026b'] }, currentKeyId: '2026b' })
    const old = await seal(older, Buffer.from('x'), context)
    await expect(open(without, old, context)).rejects.toMatchObject({ code: 'keyring.unknown-key' })
  })

  test('does not open with another key of the same id', async () => {
    const other = localKeyring({ keys: { '2026b': newKey() }, currentKeyId: '2026b' })
    await expect(open(other, await seal(keyring, Buffer.from('x'), context), context)).rejects.toMatchObject(invalid)
  })

  test('authenticates the key id: two ids of one key are not interchangeable', async () => {
    const twins = localKeyring({ keys: { x: keys['2026a'], y: keys['2026a'] }, currentKeyId: 'x' })
    const value = await seal(twins, Buffer.from('v'), context)
    value[2] = 'y'.charCodeAt(0)
    expect(sealingKeyId(value)).toBe('y')
    await expect(open(twins, value, context)).rejects.toMatchObject(invalid)
  })

  test('reads key ids of any length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/), async (keyId) => {
        const one = localKeyring({ keys: { [keyId]: keys['2026a'] }, currentKeyId: keyId })
        expect(sealingKeyId(await seal(one, Buffer.from('v'), context))).toBe(keyId)
      }),
    )
  })
})

describe('seal and sealWithKey', () => {
  test('are not interchangeable, even with the same key', async () => {
    const derived = await keyring.derive('2026b', 'seal')
    const withKeyring = await seal(keyring, Buffer.from('x'), context)
    const withKey = sealWithKey(derived, Buffer.from('x'), context)
    expect(() => openWithKey(derived, withKeyring, context)).toThrow(expect.objectContaining(invalid))
    await expect(open(keyring, withKey, context)).rejects.toMatchObject(invalid)
    expect(() => sealingKeyId(withKey)).toThrow(expect.objectContaining(invalid))

    const body = withKey.subarray(1)
    const forged = Buffer.concat([withKeyring.subarray(0, 2 + '2026b'.length), body])
    await expect(open(keyring, forged, context)).rejects.toMatchObject(invalid)
  })

  test('do not open with another key or a key of another length', () => {
    const value = sealWithKey(key, Buffer.from('x'), context)
    expect(() => openWithKey(randomBytes(32), value, context)).toThrow(expect.objectContaining(invalid))
    expect(() => openWithKey(key.subarray(0, 16), value, context)).toThrow(RangeError)
    expect(() => sealWithKey(new Uint8Array(), Buffer.from('x'), context)).toThrow(RangeError)
  })
})
