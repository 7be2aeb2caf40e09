import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localKeyring, newKey } from './keyring.ts'
import type { Place } from './place.ts'
import { seal, sealedWith, sealOverheadBytes, sealUnder, unseal, unsealUnder } from './sealing.ts'

const keys = { '2026a': newKey(), '2026b': newKey() }
const older = localKeyring({ keys, currentKeyId: '2026a' })
const keyring = localKeyring({ keys, currentKeyId: '2026b' })
const key = randomBytes(32)
const place: Place = { tenant: 't1', table: 'users', row: 'r1', field: 'email' }
const invalid = { code: 'sealed.invalid' }

/** A header that names another key says so before anything is opened. */
const refused: unknown = expect.stringMatching(/^(sealed\.invalid|keyring\.unknown-key)$/)

const bytes = fc.uint8Array({ maxLength: 300 })
const places: fc.Arbitrary<Place> = fc.record({
  tenant: fc.string({ unit: 'binary', maxLength: 8 }),
  table: fc.string({ unit: 'binary', maxLength: 8 }),
  row: fc.string({ unit: 'binary', maxLength: 8 }),
  field: fc.string({ unit: 'binary', maxLength: 8 }),
})

/** Both kinds of sealing behind one face, so that each property is held for both. */
const kinds = [
  {
    name: 'under a keyring',
    seal: (plaintext: Uint8Array, at: Place) => seal(keyring, plaintext, at),
    open: (sealed: Uint8Array, at: Place) => unseal(keyring, sealed, at),
  },
  {
    name: 'under a key',
    seal: async (plaintext: Uint8Array, at: Place) => sealUnder(key, plaintext, at),
    open: async (sealed: Uint8Array, at: Place) => unsealUnder(key, sealed, at),
  },
]

describe.each(kinds)('a value sealed $name', ({ seal: sealed, open }) => {
  test('opens at its place, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, places, async (plaintext, at) => {
        expect(await open(await sealed(plaintext, at), at)).toEqual(plaintext)
      }),
    )
  })

  test('opens at no other place', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, places, places, async (plaintext, at, other) => {
        fc.pre(JSON.stringify(at) !== JSON.stringify(other))
        await expect(open(await sealed(plaintext, at), other)).rejects.toMatchObject(invalid)
      }),
    )
  })

  test('keeps apart places whose parts only join to the same text', async () => {
    const value = await sealed(Buffer.from('x'), { tenant: 'ab', table: 'c', row: 'd', field: 'e' })
    await expect(open(value, { tenant: 'a', table: 'bc', row: 'd', field: 'e' })).rejects.toMatchObject(invalid)
    await expect(open(value, { tenant: 'ab', table: 'c', row: 'de', field: '' })).rejects.toMatchObject(invalid)
    const lone = await sealed(Buffer.from('x'), { ...place, row: '\ud800' })
    await expect(open(lone, { ...place, row: '\ufffd' })).rejects.toMatchObject(invalid)
  })

  test('does not open with any one bit flipped, and says no more than that', async () => {
    const value = await sealed(Buffer.from('a secret'), place)
    for (let bit = 0; bit < value.length * 8; bit++) {
      const flipped = Uint8Array.from(value, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      await expect(open(flipped, place)).rejects.toMatchObject({
        code: refused,
      })
    }
  })

  test('does not open cut short at either end, nor with bytes added', async () => {
    const value = await sealed(Buffer.from('a secret'), place)
    for (let length = 0; length < value.length; length++) {
      await expect(open(value.slice(0, length), place)).rejects.toMatchObject(invalid)
    }
    await expect(open(value.slice(1), place)).rejects.toMatchObject(invalid)
    await expect(open(Buffer.concat([value, Buffer.of(0)]), place)).rejects.toMatchObject(invalid)
  })

  test('is never anything that others may have written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 120 }),
        fc.constantFrom([], [1], [2], [1, 5, 50, 48, 50, 54, 97]),
        async (noise, start) => {
          await expect(open(Uint8Array.from([...start, ...noise]), place)).rejects.toMatchObject({
            code: refused,
          })
        },
      ),
    )
  })

  test('is another each time, of a bounded length, and keeps nothing of its plaintext', async () => {
    const plaintext = randomBytes(64)
    const first = Buffer.from(await sealed(plaintext, place))
    expect(first.equals(await sealed(plaintext, place))).toBe(false)
    expect(first.length).toBeLessThanOrEqual(plaintext.length + sealOverheadBytes)
    expect(first.includes(plaintext.subarray(0, 8))).toBe(false)
  })

  test('stays as it was when what it was made from changes', async () => {
    const plaintext = Buffer.from('a secret')
    const value = await sealed(plaintext, place)
    plaintext.fill(0)
    expect(Buffer.from(await open(value, place)).toString()).toBe('a secret')
  })
})

describe('sealing under a keyring', () => {
  test('takes the current key, tells which, and opens what older keys sealed', async () => {
    const old = await seal(older, Buffer.from('x'), place)
    expect(sealedWith(old)).toBe('2026a')
    expect(sealedWith(await seal(keyring, Buffer.from('x'), place))).toBe('2026b')
    expect(await unseal(keyring, old, place)).toEqual(Uint8Array.from(Buffer.from('x')))
  })

  test('says so when the key has left the keyring', async () => {
    const without = localKeyring({ keys: { '2026b': keys['2026b'] }, currentKeyId: '2026b' })
    const old = await seal(older, Buffer.from('x'), place)
    await expect(unseal(without, old, place)).rejects.toMatchObject({ code: 'keyring.unknown-key' })
  })

  test('does not open under another key that has the same id', async () => {
    const other = localKeyring({ keys: { '2026b': newKey() }, currentKeyId: '2026b' })
    await expect(unseal(other, await seal(keyring, Buffer.from('x'), place), place)).rejects.toMatchObject(invalid)
  })

  test('holds the key id authentic: two ids of one key do not stand for each other', async () => {
    const twins = localKeyring({ keys: { x: keys['2026a'], y: keys['2026a'] }, currentKeyId: 'x' })
    const value = await seal(twins, Buffer.from('v'), place)
    value[2] = 'y'.charCodeAt(0)
    expect(sealedWith(value)).toBe('y')
    await expect(unseal(twins, value, place)).rejects.toMatchObject(invalid)
  })

  test('reads key ids of every length', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[A-Za-z0-9._-]{1,32}$/), async (keyId) => {
        const one = localKeyring({ keys: { [keyId]: keys['2026a'] }, currentKeyId: keyId })
        expect(sealedWith(await seal(one, Buffer.from('v'), place))).toBe(keyId)
      }),
    )
  })
})

describe('the two kinds of sealing', () => {
  test('are never taken for each other, not even under the very same key', async () => {
    const derived = await keyring.derive('2026b', 'seal')
    const underKeyring = await seal(keyring, Buffer.from('x'), place)
    const underKey = sealUnder(derived, Buffer.from('x'), place)
    expect(() => unsealUnder(derived, underKeyring, place)).toThrow(expect.objectContaining(invalid))
    await expect(unseal(keyring, underKey, place)).rejects.toMatchObject(invalid)
    expect(() => sealedWith(underKey)).toThrow(expect.objectContaining(invalid))

    const body = underKey.subarray(1)
    const forged = Buffer.concat([underKeyring.subarray(0, 2 + '2026b'.length), body])
    await expect(unseal(keyring, forged, place)).rejects.toMatchObject(invalid)
  })

  test('does not open under another key, or one of another length', () => {
    const value = sealUnder(key, Buffer.from('x'), place)
    expect(() => unsealUnder(randomBytes(32), value, place)).toThrow(expect.objectContaining(invalid))
    expect(() => unsealUnder(key.subarray(0, 16), value, place)).toThrow(RangeError)
    expect(() => sealUnder(new Uint8Array(), Buffer.from('x'), place)).toThrow(RangeError)
  })
})
