import { createSecretKey } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { channelCurveNames, channelVectors } from '../../test-fixtures/channel-vectors.ts'
import { decryptMessage, encryptMessage } from './message-cipher.ts'
import { groupOrders } from './curve.ts'
import { type SecureChannel, createSecureChannels } from './secure-channel.ts'
import { generateChannelPrivateKey, deriveChannelPublicKey, parseChannelPrivateKey } from './channel-keys.ts'

const noble = { secp256k1, prime256v1: p256 }

const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const codeFrom = (attempt: () => unknown): Promise<unknown> => outcomeCode((async () => attempt())())

/** Returns the smallest scalar that satisfies the predicate. */
function scalarWhere(predicate: (scalar: Uint8Array) => boolean): Uint8Array {
  for (let number = 1; number < 5_000; number++) {
    const scalar = new Uint8Array(32)
    new DataView(scalar.buffer).setUint32(28, number)
    if (predicate(scalar)) return scalar
  }
  throw new Error('no scalar below 5,000 satisfies the predicate')
}

describe.each(channelCurveNames)('a secure channel on %s', (curve) => {
  const { vectors, negative } = channelVectors[curve]

  test.each(vectors)('decrypts messages of another implementation: $id', (vector) => {
    const ours = createSecureChannels(curve, parseChannelPrivateKey(curve, vector.peerPrivateKey))
    expect(ours.publicKey).toBe(vector.peerPublicKey)
    expect(deriveChannelPublicKey(curve, parseChannelPrivateKey(curve, vector.privateKey))).toBe(vector.publicKey)
    const channel = ours.channelWith(vector.publicKey)
    expect(toText(channel.decrypt(vector.ciphertext))).toBe(vector.plaintext)
    const theirs = createSecretKey(Buffer.from(vector.sharedKey, 'base64'))
    expect(toText(decryptMessage(theirs, channel.encrypt(vector.plaintext)))).toBe(vector.plaintext)
  })

  test.each(negative)('rejects a tampered message: $id', async ({ sharedKey, ciphertext }) => {
    const key = createSecretKey(Buffer.from(sharedKey, 'base64'))
    expect(await codeFrom(() => decryptMessage(key, ciphertext))).toBe('channel.invalid')
  })

  const [vector = { publicKey: '', peerPrivateKey: '', ciphertext: '', plaintext: '' }] = vectors
  const ours = createSecureChannels(curve, parseChannelPrivateKey(curve, vector.peerPrivateKey))
  const channel: SecureChannel = ours.channelWith(vector.publicKey)

  test('rejects a message with a flipped bit, truncated or extended', async () => {
    const bytes = Buffer.from(vector.ciphertext, 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(await codeFrom(() => channel.decrypt(flipped.toString('base64')))).toBe('channel.invalid')
    }
    for (let length = 0; length < bytes.length; length++)
      expect(await codeFrom(() => channel.decrypt(bytes.toString('base64', 0, length)))).toBe('channel.invalid')
    expect(await codeFrom(() => channel.decrypt(Buffer.concat([bytes, bytes]).toString('base64')))).toBe(
      'channel.invalid',
    )
  })

  test('rejects a message with any single character replaced', async () => {
    const { ciphertext } = vector
    for (let index = 0; index < ciphertext.length; index++) {
      for (const character of ['A', 'B', '.', '=', ' ', '\n', 'é']) {
        const changed = ciphertext.slice(0, index) + character + ciphertext.slice(index + 1)
        if (changed === ciphertext) continue
        expect(await codeFrom(() => channel.decrypt(changed))).toBe('channel.invalid')
      }
    }
  })

  test('accepts base64url with and without padding, and returns padded base64', () => {
    const url = vector.ciphertext.replaceAll('+', '-').replaceAll('/', '_')
    expect(toText(channel.decrypt(url))).toBe(vector.plaintext)
    expect(toText(channel.decrypt(url.replace(/=+$/, '')))).toBe(vector.plaintext)
    expect(ours.channelWith(Buffer.from(vector.publicKey, 'base64').toString('base64url')).publicKey).toBe(
      vector.publicKey,
    )
    expect(channel.encrypt('abc')).toMatch(/^[A-Za-z0-9+/]{47}=$/)
  })

  test('encrypts the same text to different messages', () => {
    expect(new Set(Array.from({ length: 100 }, () => channel.encrypt('text'))).size).toBe(100)
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
    expect(await codeFrom(() => ours.channelWith(key.toString('base64')))).toBe('channel.invalid-key')
  })

  test('rejects public keys of the other curve', async () => {
    const other = curve === 'secp256k1' ? 'prime256v1' : 'secp256k1'
    const foreign = channelVectors[other].vectors[0]?.publicKey ?? ''
    expect(await codeFrom(() => ours.channelWith(foreign))).toBe('channel.invalid-key')
  })

  test('identifies a caller by X alone: the key with the negated Y derives the same shared key', () => {
    const [x, y] = [
      Buffer.from(vector.publicKey, 'base64').subarray(0, 32),
      Buffer.from(vector.publicKey, 'base64').subarray(32),
    ]
    const prime = noble[curve].Point.Fp.ORDER
    const otherY = (prime - BigInt(`0x${y.toString('hex')}`)).toString(16).padStart(64, '0')
    const mirrored = ours.channelWith(Buffer.concat([x, Buffer.from(otherY, 'hex')]).toString('base64'))
    expect(mirrored.publicKey).not.toBe(channel.publicKey)
    expect(mirrored.callerKey).toBe(channel.callerKey)
    expect(toText(mirrored.decrypt(vector.ciphertext))).toBe(vector.plaintext)
  })

  test('parses private keys of 31, 32 and 33 bytes to the same scalar', async () => {
    const short = scalarWhere((scalar) => scalar[31] !== 0)
    const forms = [short.subarray(1), short, Buffer.concat([Buffer.of(0), short])]
    for (const form of forms)
      expect(parseChannelPrivateKey(curve, Buffer.from(form).toString('base64'))).toEqual(Buffer.from(short))
    for (const bad of [short.subarray(2), Buffer.concat([Buffer.of(1), short]), Buffer.alloc(34), Buffer.alloc(32)])
      expect(await codeFrom(() => parseChannelPrivateKey(curve, Buffer.from(bad).toString('base64')))).toBe(
        'channel.invalid-key',
      )
  })

  test('rejects private keys not below the group order', async () => {
    const order = groupOrders[curve]
    expect(order).toBe(noble[curve].Point.Fn.ORDER)
    const parse = (number: bigint) =>
      parseChannelPrivateKey(curve, Buffer.from(number.toString(16).padStart(64, '0'), 'hex').toString('base64'))
    expect(parse(order - 1n)).toHaveLength(32)
    expect(await codeFrom(() => parse(order))).toBe('channel.invalid-key')
    expect(await codeFrom(() => parse(2n ** 256n - 1n))).toBe('channel.invalid-key')
  })

  test('preserves leading zeros of public keys and of the shared key', () => {
    const mine = generateChannelPrivateKey(curve)
    const point = (scalar: Uint8Array) => noble[curve].getPublicKey(scalar, false)
    const zeroX = scalarWhere((scalar) => point(scalar)[1] === 0)
    const zeroY = scalarWhere((scalar) => point(scalar)[33] === 0)
    const zeroShared = scalarWhere((scalar) => noble[curve].getSharedSecret(mine, point(scalar))[1] === 0)
    for (const theirs of [zeroX, zeroY, zeroShared]) {
      const shared = createSecretKey(noble[curve].getSharedSecret(mine, point(theirs)).slice(1))
      const message = encryptMessage(shared, 'with zeros')
      expect(
        toText(createSecureChannels(curve, mine).channelWith(deriveChannelPublicKey(curve, theirs)).decrypt(message)),
      ).toBe('with zeros')
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
        const mine = createSecureChannels(curve, one).channelWith(
          Buffer.from(theirPoint.subarray(1)).toString('base64'),
        )
        const back = createSecureChannels(curve, two).channelWith(deriveChannelPublicKey(curve, one))
        const utf8 = Buffer.from(text, 'utf8').toString('utf8')
        expect(toText(decryptMessage(createSecretKey(shared), mine.encrypt(text)))).toBe(utf8)
        expect(toText(back.decrypt(mine.encrypt(text)))).toBe(utf8)
      }),
      { numRuns: 30 },
    )
  })

  test('generates private keys that another implementation accepts', () => {
    for (let round = 0; round < 20; round++)
      expect(noble[curve].utils.isValidSecretKey(generateChannelPrivateKey(curve))).toBe(true)
  })
})
