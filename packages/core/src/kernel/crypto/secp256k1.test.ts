import { createHash, randomBytes } from 'node:crypto'
import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import * as libsecp256k1 from 'tiny-secp256k1'
import { describe, expect, test } from 'vitest'
import { secp256k1 } from './secp256k1.ts'

const order = noble.Point.Fn.ORDER
const prime = noble.Point.Fp.ORDER
const toBytes = (value: bigint): Uint8Array => Buffer.from(value.toString(16).padStart(64, '0'), 'hex')
const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))
const digest = (message: Uint8Array): Uint8Array => createHash('sha256').update(message).digest()

const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 })
const privateKeys = fc.oneof(
  hashes.filter((bytes) => toNumber(bytes) > 0n && toNumber(bytes) < order),
  fc.constantFrom(1n, 2n, order - 1n, (order - 1n) / 2n, 2n ** 128n).map(toBytes),
)
const invalidKey: unknown = expect.objectContaining({ code: 'crypto.invalid-key' })
const invalidSignature: unknown = expect.objectContaining({ code: 'crypto.invalid-signature' })
const runs = { numRuns: 60 }

describe('private keys', () => {
  test('are valid from 1 to the group order minus 1', () => {
    expect(secp256k1.isPrivateKey(toBytes(1n))).toBe(true)
    expect(secp256k1.isPrivateKey(toBytes(order - 1n))).toBe(true)
    for (const value of [0n, order, order + 1n, 2n ** 256n - 1n]) {
      expect(secp256k1.isPrivateKey(toBytes(value))).toBe(false)
      expect(() => secp256k1.getPublicKey(toBytes(value))).toThrow(invalidKey)
      expect(() => secp256k1.sign(randomBytes(32), toBytes(value))).toThrow(invalidKey)
      expect(() => secp256k1.ecdh(toBytes(value), secp256k1.getPublicKey(toBytes(1n)))).toThrow(invalidKey)
    }
    for (const length of [0, 31, 33, 64]) expect(secp256k1.isPrivateKey(new Uint8Array(length).fill(1))).toBe(false)
  })

  test('are generated valid and distinct', () => {
    const keys = Array.from({ length: 50 }, () => secp256k1.generatePrivateKey())
    expect(keys.every(secp256k1.isPrivateKey)).toBe(true)
    expect(new Set(keys.map(hex)).size).toBe(50)
  })
})

describe('public keys', () => {
  test('equal those of @noble/curves and libsecp256k1', () => {
    fc.assert(
      fc.property(privateKeys, fc.boolean(), (privateKey, compressed) => {
        const publicKey = secp256k1.getPublicKey(privateKey, compressed)
        expect(hex(publicKey)).toBe(hex(noble.getPublicKey(privateKey, compressed)))
        expect(hex(publicKey)).toBe(hex(libsecp256k1.pointFromScalar(privateKey, compressed) ?? new Uint8Array()))
      }),
      runs,
    )
  })

  test('are parsed from every encoding and returned in the requested one', () => {
    fc.assert(
      fc.property(privateKeys, (privateKey) => {
        const compressed = secp256k1.getPublicKey(privateKey)
        const full = secp256k1.getPublicKey(privateKey, false)
        for (const form of [compressed, full, full.slice(1)]) {
          expect(hex(secp256k1.parsePublicKey(form))).toBe(hex(compressed))
          expect(hex(secp256k1.parsePublicKey(form, false))).toBe(hex(full))
        }
      }),
      runs,
    )
  })

  test('are accepted exactly when @noble/curves accepts them', () => {
    const candidates = fc.oneof(
      fc.tuple(fc.constantFrom(0, 2, 3, 4, 6, 7), hashes).map(([prefix, x]) => join(Uint8Array.of(prefix), x)),
      fc
        .tuple(fc.constantFrom(0, 2, 4, 6, 7), hashes, hashes)
        .map(([prefix, x, y]) => join(Uint8Array.of(prefix), x, y)),
      fc.uint8Array({ maxLength: 70 }).filter(({ length }) => length !== 64),
    )
    fc.assert(
      fc.property(candidates, (bytes) => {
        expect(secp256k1.isPublicKey(bytes)).toBe(noble.utils.isValidPublicKey(bytes))
      }),
      { numRuns: 500 },
    )
  })

  const full = secp256k1.getPublicKey(toBytes(7n), false)
  const [x, y] = [full.slice(1, 33), full.slice(33)]
  test.each([
    ['nothing', new Uint8Array()],
    ['infinity', Uint8Array.of(0)],
    ['infinity, padded', new Uint8Array(33)],
    ['zeros for x and y', new Uint8Array(64)],
    ['a hybrid form', join(Uint8Array.of(6 + ((y[31] ?? 0) & 1)), x, y)],
    ['a point that is not on the curve', join(Uint8Array.of(4), x, x)],
    ['an x that has no y', join(Uint8Array.of(2), toBytes(5n))],
    ['an x above the prime', join(Uint8Array.of(2), toBytes(prime + 1n))],
    ['a y above the prime', join(Uint8Array.of(4), toBytes(1n), toBytes(2n ** 256n - 1n))],
    ['a byte too many', join(full, Uint8Array.of(0))],
    ['a byte too few', full.slice(0, 64 - 1)],
    ['x alone', x],
  ])('are rejected: %s', (_, bytes) => {
    expect(() => secp256k1.parsePublicKey(bytes)).toThrow(invalidKey)
    expect(secp256k1.isPublicKey(bytes)).toBe(false)
    expect(() => secp256k1.ecdh(toBytes(3n), bytes)).toThrow(invalidKey)
    const signature = secp256k1.sign(toBytes(9n), toBytes(7n))
    expect(secp256k1.verify(toBytes(9n), signature, bytes)).toBe(false)
    expect(secp256k1.verifySha256(toBytes(9n), signature, bytes)).toBe(false)
  })
})

describe('signatures', () => {
  test('are deterministic (RFC 6979) with low s and equal those of libsecp256k1', () => {
    fc.assert(
      fc.property(hashes, privateKeys, (hash, privateKey) => {
        const { r, s, recovery } = secp256k1.sign(hash, privateKey)
        const expected = libsecp256k1.signRecoverable(hash, privateKey)
        expect(hex(join(r, s))).toBe(hex(expected.signature))
        expect(recovery).toBe(expected.recoveryId)
        expect(toNumber(s) <= order / 2n).toBe(true)
      }),
      runs,
    )
  })

  test('verify, and recover the public key of the signer', () => {
    fc.assert(
      fc.property(hashes, privateKeys, (hash, privateKey) => {
        const signature = secp256k1.sign(hash, privateKey)
        expect(secp256k1.verify(hash, signature, secp256k1.getPublicKey(privateKey))).toBe(true)
        expect(hex(secp256k1.recoverPublicKey(hash, signature))).toBe(hex(secp256k1.getPublicKey(privateKey, false)))
      }),
      runs,
    )
  })

  test('over SHA-256 verify with OpenSSL exactly when they verify with @noble/curves', () => {
    const edges = fc.constantFrom(0n, 1n, order - 1n, order, order + 1n, order / 2n, 2n ** 256n - 1n).map(toBytes)
    const parts = fc.oneof(fc.constant(undefined), fc.constant(undefined), edges, hashes)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), privateKeys, parts, parts, (message, privateKey, r, s) => {
        const made = secp256k1.sign(digest(message), privateKey)
        const signature = { r: r ?? made.r, s: s ?? made.s }
        const publicKey = secp256k1.getPublicKey(privateKey)
        const good = secp256k1.verifySha256(message, signature, publicKey)
        expect(secp256k1.verify(digest(message), signature, publicKey)).toBe(good)
        const own = hex(join(signature.r, signature.s)) === hex(join(made.r, made.s))
        expect(good).toBe(own)
      }),
      { numRuns: 150 },
    )
  })

  const privateKey = secp256k1.generatePrivateKey()
  const publicKey = secp256k1.getPublicKey(privateKey)
  const message = Buffer.from('a message')
  const made = secp256k1.sign(digest(message), privateKey)

  test('do not verify with another hash or key', () => {
    const other = secp256k1.getPublicKey(secp256k1.generatePrivateKey())
    expect(secp256k1.verify(randomBytes(32), made, publicKey)).toBe(false)
    expect(secp256k1.verify(digest(message), made, other)).toBe(false)
    expect(secp256k1.verifySha256(Buffer.from('another'), made, publicKey)).toBe(false)
    expect(secp256k1.verifySha256(message, made, other)).toBe(false)
    expect(hex(secp256k1.recoverPublicKey(randomBytes(32), made))).not.toBe(
      hex(secp256k1.parsePublicKey(publicKey, false)),
    )
  })

  test.each([
    ['high s', { r: made.r, s: toBytes(order - toNumber(made.s)) }],
    ['r = 0', { r: toBytes(0n), s: made.s }],
    ['s = 0', { r: made.r, s: toBytes(0n) }],
    ['r = s = 0', { r: toBytes(0n), s: toBytes(0n) }],
    ['r = the order', { r: toBytes(order), s: made.s }],
    ['s = the order', { r: made.r, s: toBytes(order) }],
    ['r swapped with s', { r: made.s, s: made.r }],
    ['an r without a leading byte', { r: made.r.slice(1), s: made.s }],
    ['an s of 33 bytes', { r: made.r, s: join(Uint8Array.of(0), made.s) }],
    ['nothing', { r: new Uint8Array(), s: new Uint8Array() }],
  ])('do not verify with %s', (_, signature) => {
    expect(secp256k1.verify(digest(message), signature, publicKey)).toBe(false)
    expect(secp256k1.verifySha256(message, signature, publicKey)).toBe(false)
  })

  test.each([
    ['high s', { ...made, s: toBytes(order - toNumber(made.s)), recovery: made.recovery ^ 1 }],
    ['r = 0', { ...made, r: toBytes(0n) }],
    ['s = 0', { ...made, s: toBytes(0n) }],
    ['r = the order', { ...made, r: toBytes(order) }],
    ['an r that is not an x coordinate', { ...made, r: toBytes(5n) }],
    ['an r that is too large to have been reduced', { ...made, recovery: made.recovery + 2 }],
    ['a recovery of 4', { ...made, recovery: 4 }],
    ['a recovery of 27', { ...made, recovery: 27 }],
    ['a recovery of -1', { ...made, recovery: -1 }],
    ['a recovery of 0.5', { ...made, recovery: 0.5 }],
    ['a short r', { ...made, r: made.r.slice(1) }],
  ])('are rejected by recovery with %s', (_, signature) => {
    expect(() => secp256k1.recoverPublicKey(digest(message), signature)).toThrow(invalidSignature)
  })

  test('recover the key from an r that was reduced modulo the order, as libsecp256k1 does', () => {
    // The smallest r from 1 whose sum with the order is the x of a point.
    const r = Array.from({ length: 64 }, (_, index) => BigInt(index + 1)).find((value) => {
      return noble.utils.isValidPublicKey(join(Uint8Array.of(2), toBytes(order + value)))
    })
    const signature = { r: toBytes(r ?? 0n), s: toBytes(3n), recovery: 2 }
    const key = secp256k1.recoverPublicKey(digest(message), signature)
    const expected = libsecp256k1.recover(digest(message), join(signature.r, signature.s), 2, false)
    expect(hex(key)).toBe(hex(expected ?? new Uint8Array()))
    expect(secp256k1.verify(digest(message), signature, key)).toBe(true)
    expect(secp256k1.verifySha256(message, signature, key)).toBe(true)
  })

  test('that lead to infinity are rejected by recovery', () => {
    // With R = k G and s k = hash the key is s R - hash G = 0, which a careless recovery would accept as a key.
    const k = 5n
    const point = noble.Point.BASE.multiply(k)
    const s = 7n
    const hash = toBytes((s * k) % order)
    const signature = { r: toBytes(point.x % order), s: toBytes(s), recovery: Number(point.y & 1n) }
    expect(() => secp256k1.recoverPublicKey(hash, signature)).toThrow(invalidSignature)
  })

  test('verify if both summands are the same point, and not if they cancel out', () => {
    // u1 G = u2 Q (a doubling) for hash = r d, and u1 G = -u2 Q (infinity) for hash = -r d.
    const d = toNumber(privateKey)
    const k = toNumber(secp256k1.generatePrivateKey())
    const r = noble.Point.BASE.multiply(k).x % order
    const inverse = noble.Point.Fn.inv(k)
    const s = (2n * r * d * inverse) % order
    const low = s > order / 2n ? order - s : s
    const signature = { r: toBytes(r), s: toBytes(low) }
    expect(secp256k1.verify(toBytes((r * d) % order), signature, publicKey)).toBe(true)
    expect(secp256k1.verify(toBytes(order - ((r * d) % order)), signature, publicKey)).toBe(false)
  })

  test('require a 32-byte hash', () => {
    expect(() => secp256k1.sign(randomBytes(31), privateKey)).toThrow(RangeError)
    expect(() => secp256k1.verify(randomBytes(33), made, publicKey)).toThrow(RangeError)
    expect(() => secp256k1.recoverPublicKey(new Uint8Array(), made)).toThrow(RangeError)
  })
})

describe('shared secrets', () => {
  test('are equal on both sides and equal the x coordinate of @noble/curves', () => {
    fc.assert(
      fc.property(privateKeys, privateKeys, fc.boolean(), (a, b, compressed) => {
        const shared = secp256k1.ecdh(a, secp256k1.getPublicKey(b, compressed))
        expect(shared).toHaveLength(32)
        expect(hex(shared)).toBe(hex(secp256k1.ecdh(b, secp256k1.getPublicKey(a))))
        expect(hex(shared)).toBe(hex(noble.getSharedSecret(a, secp256k1.getPublicKey(b)).slice(1)))
      }),
      runs,
    )
  })

  test('accept x ‖ y (64 bytes) and preserve leading zeros', () => {
    const keys = Array.from({ length: 2000 }, (_, index) => toBytes(BigInt(index + 2)))
    const withZero = keys.find((key) => noble.getPublicKey(key)[1] === 0)
    const shared = secp256k1.ecdh(withZero ?? new Uint8Array(), secp256k1.getPublicKey(toBytes(1n), false).slice(1))
    expect(shared).toHaveLength(32)
    expect(shared[0]).toBe(0)
  })
})
