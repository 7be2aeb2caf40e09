import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyedHash } from './keyed-hash.ts'
import { encodeLengthPrefixed } from './length-prefixed.ts'
import { timingSafeEqual, randomCode, randomSecret } from './secrets.ts'

describe('timingSafeEqual', () => {
  test('compares values of any length', () => {
    const well = fc.string({ unit: 'grapheme', maxLength: 20 })
    fc.assert(
      fc.property(well, well, fc.uint8Array(), (a, b, bytes) => {
        expect(timingSafeEqual(a, b)).toBe(a === b)
        expect(timingSafeEqual(a, Buffer.from(a).toString())).toBe(true)
        expect(timingSafeEqual(bytes, Uint8Array.from(bytes))).toBe(true)
      }),
    )
    expect(timingSafeEqual('', 'a')).toBe(false)
    expect(timingSafeEqual('a', 'a\0')).toBe(false)
  })

  test('compares a string by its UTF-8 bytes', () => {
    expect(timingSafeEqual('é', Buffer.from('é'))).toBe(true)
    expect(timingSafeEqual(randomBytes(32), 'é')).toBe(false)
  })
})

describe('randomSecret', () => {
  test('returns distinct base64url of the requested number of bytes', () => {
    expect(randomSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(Buffer.from(randomSecret(48), 'base64url')).toHaveLength(48)
    expect(new Set(Array.from({ length: 1000 }, () => randomSecret(16))).size).toBe(1000)
  })

  test.each([0, 15, 1025, 16.5, Number.NaN])('rejects %d bytes', (bytes) => {
    expect(() => randomSecret(bytes)).toThrow(RangeError)
  })
})

describe('randomCode', () => {
  test('draws characters uniformly', () => {
    const alphabet = '0123456789ABCDEFGHJKMNPQRS'
    const draws = 52_000
    const counts = new Map<string, number>()
    for (const character of Array.from({ length: draws / 1000 }, () => randomCode(1000, alphabet)).join('')) {
      counts.set(character, (counts.get(character) ?? 0) + 1)
    }
    const expected = draws / alphabet.length
    const chiSquare = Array.from(alphabet).reduce(
      (sum, c) => sum + ((counts.get(c) ?? 0) - expected) ** 2 / expected,
      0,
    )
    // 25 degrees of freedom: exceeds 90 once in 300 million runs. A byte modulo 26 would give about 450.
    expect(chiSquare).toBeLessThan(90)
  })

  test('returns the requested number of characters', () => {
    expect(randomCode(6, '0123456789')).toMatch(/^\d{6}$/)
    expect(Array.from(randomCode(5, '😀😁'))).toHaveLength(5)
  })

  test.each([
    [0, '01'],
    [1025, '01'],
    [6, ''],
    [6, '0'],
    [6, '010'],
  ])('rejects %d characters of %j', (length, alphabet) => {
    expect(() => randomCode(length, alphabet)).toThrow(RangeError)
  })
})

describe('keyedHash', () => {
  test('is deterministic and differs for another key, purpose, tenant or value', () => {
    const key = new Uint8Array(32).fill(1)
    const hash = keyedHash(key, 'email', 't1', 'ann@example.org')
    expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(keyedHash(key, 'email', 't1', 'ann@example.org')).toBe(hash)
    const others = [
      keyedHash(new Uint8Array(32).fill(2), 'email', 't1', 'ann@example.org'),
      keyedHash(key, 'phone', 't1', 'ann@example.org'),
      keyedHash(key, 'email', 't2', 'ann@example.org'),
      keyedHash(key, 'email', 't1', 'ann@example.com'),
      keyedHash(key, 'emai', 'lt1', 'ann@example.org'),
    ]
    expect(new Set([hash, ...others]).size).toBe(6)
  })
})

describe('encodeLengthPrefixed', () => {
  test('encodes different lists differently', () => {
    const lists = fc.array(fc.string({ unit: 'binary', maxLength: 3 }), { maxLength: 4 })
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        const same = Buffer.from(encodeLengthPrefixed(a)).equals(encodeLengthPrefixed(b))
        expect(same).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
      { numRuns: 1000 },
    )
    expect(encodeLengthPrefixed(['\ud800'])).not.toEqual(encodeLengthPrefixed(['\ufffd']))
  })
})
