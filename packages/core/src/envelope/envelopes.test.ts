import { createSecretKey } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../test-fixtures/code-of.ts'
import { curveNames, envelopeVectors } from '../test-fixtures/envelope-vectors.ts'
import { decrypt, encrypt } from './cipher.ts'
import { groupOrders } from './curve.ts'
import { type Envelope, envelopes } from './envelopes.ts'
import { newPrivateKey, publicKeyOf, readPrivateKey } from './keys.ts'

const noble = { secp256k1, prime256v1: p256 }

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const codeFrom = (attempt: () => unknown): Promise<unknown> => codeOf((async () => attempt())())

/** Returns the smallest scalar that satisfies the predicate. */
function scalarWhere(predicate: (scalar: Uint8Array) => boolean): Uint8Array {
  for (let number = 1; number < 5_000; number++) {
    const scalar = new Uint8Array(32)
    new DataView(scalar.buffer).setUint32(28, number)
    if (predicate(scalar)) return scalar
  }
  throw new Error('no scalar below 5,000 satisfies the predicate')
}

describe.each(curveNames)('a secure channel on %s', (curve) => {
  const { vectors, negative } = envelopeVectors[curve]

  test.each(vectors)('decrypts messages of another implementation: $id', (vector) => {
    const ours = envelopes(curve, readPrivateKey(curve, vector.peerPrivateKey))
    expect(ours.publicKey).toBe(vector.peerPublicKey)
    expect(publicKeyOf(curve, readPrivateKey(curve, vector.privateKey))).toBe(vector.publicKey)
    const channel = ours.with(vector.publicKey)
    expect(textOf(channel.open(vector.ciphertext))).toBe(vector.plaintext)
    const theirs = createSecretKey(Buffer.from(vector.sharedKey, 'base64'))
    expect(textOf(decrypt(theirs, channel.seal(vector.plaintext)))).toBe(vector.plaintext)
  })

  test.each(negative)('rejects a tampered message: $id', async ({ sharedKey, ciphertext }) => {
    const key = createSecretKey(Buffer.from(sharedKey, 'base64'))
    expect(await codeFrom(() => decrypt(key, ciphertext))).toBe('envelope.invalid')
  })

  const [vector = { publicKey: '', peerPrivateKey: '', ciphertext: '', plaintext: '' }] = vectors
  const ours = envelopes(curve, readPrivateKey(curve, vector.peerPrivateKey))
  const channel: Envelope = ours.with(vector.publicKey)

  test('rejects a message with a flipped bit, truncated or extended', async () => {
    const bytes = Buffer.from(vector.ciphertext, 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(await codeFrom(() => channel.open(flipped.toString('base64')))).toBe('envelope.invalid')
    }
    for (let length = 0; length < bytes.length; length++)
      expect(await codeFrom(() => channel.open(bytes.toString('base64', 0, length)))).toBe('envelope.invalid')
    expect(await codeFrom(() => channel.open(Buffer.concat([bytes, bytes]).toString('base64')))).toBe(
      'envelope.invalid',
    )
  })

  test('rejects a message with any single character replaced', async () => {
    const { ciphertext } = vector
    for (let index = 0; index < ciphertext.length; index++) {
      for (const character of ['A', 'B', '.', '=', ' ', '\n', 'é']) {
        const changed = ciphertext.slice(0, index) + character + ciphertext.slice(index + 1)
        if (changed === ciphertext) continue
        expect(await codeFrom(() => channel.open(changed))).toBe('envelope.invalid')
      }
    }
  })

  test('accepts base64url with and without padding, and returns padded base64', () => {
    const url = vector.ciphertext.replaceAll('+', '-').replaceAll('/', '_')
    expect(textOf(channel.open(url))).toBe(vector.plaintext)
    expect(textOf(channel.open(url.replace(/=+$/, '')))).toBe(vector.plaintext)
    expect(ours.with(Buffer.from(vector.publicKey, 'base64').toString('base64url')).publicKey).toBe(vector.publicKey)
    expect(channel.seal('abc')).toMatch(/^[A-Za-z0-9+/]{47}=$/)
  })

  test('encrypts the same text to different messages', () => {
    expect(new Set(Array.from({ length: 100 }, () => channel.seal('text'))).size).toBe(100)
  })

  test.each([
    ['65 bytes with the 0x04 prefix', (key: Buffer) => Buffer.concat([Buffer.of(4), key])],
    ['63 bytes', (key: Buffer) => key.subarray(1)],
    ['X alone', (key: Buffer) => key.subarray(0, 32)],
    ['a point off the curve', (key: Buffer) => Buffer.from(key).fill(1, 63)],
    ['the point at infinity', (key: Buffer) => Buffer.from(key).fill(0)],
    ['X beyond the field', (key: Buffer) => Buffer.from(key).fill(255, 0, 32)],
  ])('rejects a public key: %s', async (_, change) => {
    const key = change(Buffer.from(vector.publicKey, 'base64'))
    expect(await codeFrom(() => ours.with(key.toString('base64')))).toBe('envelope.invalid-key')
  })

  test('rejects public keys of the other curve', async () => {
    const other = curve === 'secp256k1' ? 'prime256v1' : 'secp256k1'
    const foreign = envelopeVectors[other].vectors[0]?.publicKey ?? ''
    expect(await codeFrom(() => ours.with(foreign))).toBe('envelope.invalid-key')
  })

  test('identifies a caller by X alone: the key with the negated Y derives the same shared key', () => {
    const [x, y] = [
      Buffer.from(vector.publicKey, 'base64').subarray(0, 32),
      Buffer.from(vector.publicKey, 'base64').subarray(32),
    ]
    const prime = noble[curve].Point.Fp.ORDER
    const otherY = (prime - BigInt(`0x${y.toString('hex')}`)).toString(16).padStart(64, '0')
    const mirrored = ours.with(Buffer.concat([x, Buffer.from(otherY, 'hex')]).toString('base64'))
    expect(mirrored.publicKey).not.toBe(channel.publicKey)
    expect(mirrored.caller).toBe(channel.caller)
    expect(textOf(mirrored.open(vector.ciphertext))).toBe(vector.plaintext)
  })

  test('parses private keys of 31, 32 and 33 bytes to the same scalar', async () => {
    const short = scalarWhere((scalar) => scalar[31] !== 0)
    const forms = [short.subarray(1), short, Buffer.concat([Buffer.of(0), short])]
    for (const form of forms)
      expect(readPrivateKey(curve, Buffer.from(form).toString('base64'))).toEqual(Buffer.from(short))
    for (const bad of [short.subarray(2), Buffer.concat([Buffer.of(1), short]), Buffer.alloc(34), Buffer.alloc(32)])
      expect(await codeFrom(() => readPrivateKey(curve, Buffer.from(bad).toString('base64')))).toBe(
        'envelope.invalid-key',
      )
  })

  test('rejects private keys not below the group order', async () => {
    const order = groupOrders[curve]
    expect(order).toBe(noble[curve].Point.Fn.ORDER)
    const parse = (number: bigint) =>
      readPrivateKey(curve, Buffer.from(number.toString(16).padStart(64, '0'), 'hex').toString('base64'))
    expect(parse(order - 1n)).toHaveLength(32)
    expect(await codeFrom(() => parse(order))).toBe('envelope.invalid-key')
    expect(await codeFrom(() => parse(2n ** 256n - 1n))).toBe('envelope.invalid-key')
  })

  test('preserves leading zeros of public keys and of the shared key', () => {
    const mine = newPrivateKey(curve)
    const point = (scalar: Uint8Array) => noble[curve].getPublicKey(scalar, false)
    const zeroX = scalarWhere((scalar) => point(scalar)[1] === 0)
    const zeroY = scalarWhere((scalar) => point(scalar)[33] === 0)
    const zeroShared = scalarWhere((scalar) => noble[curve].getSharedSecret(mine, point(scalar))[1] === 0)
    for (const theirs of [zeroX, zeroY, zeroShared]) {
      const shared = createSecretKey(noble[curve].getSharedSecret(mine, point(theirs)).slice(1))
      const message = encrypt(shared, 'with zeros')
      expect(textOf(envelopes(curve, mine).with(publicKeyOf(curve, theirs)).open(message))).toBe('with zeros')
    }
  })

  test('interoperates with a second implementation for arbitrary keys and texts', () => {
    const scalar = fc
      .bigInt({ min: 1n, max: groupOrders[curve] - 1n })
      .map((n) => Buffer.from(n.toString(16).padStart(64, '0'), 'hex'))
    fc.assert(
      fc.property(scalar, scalar, fc.string({ unit: 'binary' }), (one, two, text) => {
        const theirPoint = noble[curve].getPublicKey(two, false)
        const shared = noble[curve].getSharedSecret(one, theirPoint).slice(1)
        const mine = envelopes(curve, one).with(Buffer.from(theirPoint.subarray(1)).toString('base64'))
        const back = envelopes(curve, two).with(publicKeyOf(curve, one))
        const utf8 = Buffer.from(text, 'utf8').toString('utf8')
        expect(textOf(decrypt(createSecretKey(shared), mine.seal(text)))).toBe(utf8)
        expect(textOf(back.open(mine.seal(text)))).toBe(utf8)
      }),
      { numRuns: 30 },
    )
  })

  test('generates private keys that another implementation accepts', () => {
    for (let round = 0; round < 20; round++)
      expect(noble[curve].utils.isValidSecretKey(newPrivateKey(curve))).toBe(true)
  })
})
