import { randomBytes } from 'node:crypto'
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateHpkeKeyPair, hpkeOverheadBytes, hpkeOpen, hpkeSeal } from './hpke.ts'

const reference = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})
const bytes = fc.uint8Array({ maxLength: 200 })
const bindings = fc.record({ info: bytes, aad: bytes })
const binding = { info: Buffer.from('info'), aad: Buffer.from('aad') }
const invalid: unknown = expect.objectContaining({ code: 'sealed.invalid' })
/** Web Crypto requires bytes over an ArrayBuffer of their own. */
const own = (part: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(part)

describe('HPKE (RFC 9180)', () => {
  test('opens values sealed by another implementation', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, bindings, async (plaintext, { info, aad }) => {
        const pair = generateHpkeKeyPair()
        const recipientPublicKey: unknown = await reference.kem.deserializePublicKey(own(pair.publicKey))
        const sender = await reference.createSenderContext({ recipientPublicKey, info: own(info) })
        const ciphertext = await sender.seal(own(plaintext), own(aad))
        const sealed = Buffer.concat([Buffer.from(sender.enc), Buffer.from(ciphertext)])
        expect(hpkeOpen(pair.privateKey, sealed, { info, aad })).toEqual(plaintext)
      }),
      { numRuns: 50 },
    )
  })

  test('seals values that another implementation opens', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, bindings, async (plaintext, { info, aad }) => {
        const pair = generateHpkeKeyPair()
        const sealed = own(hpkeSeal(pair.publicKey, plaintext, { info, aad }))
        const recipientKey: unknown = await reference.kem.deserializePrivateKey(own(pair.privateKey))
        const recipient = await reference.createRecipientContext({
          recipientKey,
          enc: sealed.slice(0, 32),
          info: own(info),
        })
        expect(new Uint8Array(await recipient.open(sealed.slice(32), own(aad)))).toEqual(plaintext)
        expect(sealed.length).toBe(plaintext.length + hpkeOverheadBytes)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a value sealed with HPKE', () => {
  const pair = generateHpkeKeyPair()
  const sealed = hpkeSeal(pair.publicKey, Buffer.from('a secret'), binding)

  test('does not open with another private key, info or aad', () => {
    expect(() => hpkeOpen(generateHpkeKeyPair().privateKey, sealed, binding)).toThrow(invalid)
    expect(() => hpkeOpen(pair.privateKey, sealed, { ...binding, info: Buffer.from('other') })).toThrow(invalid)
    expect(() => hpkeOpen(pair.privateKey, sealed, { ...binding, aad: Buffer.from('other') })).toThrow(invalid)
    expect(() => hpkeOpen(pair.privateKey, sealed, { info: binding.aad, aad: binding.info })).toThrow(invalid)
  })

  test('does not open with any single bit flipped', () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Uint8Array.from(sealed, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      expect(() => hpkeOpen(pair.privateKey, flipped, binding), `bit ${bit}`).toThrow(invalid)
    }
  })

  test('does not open when truncated, extended or arbitrary', () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(() => hpkeOpen(pair.privateKey, sealed.slice(0, length), binding)).toThrow(invalid)
    }
    expect(() => hpkeOpen(pair.privateKey, Buffer.concat([sealed, Buffer.of(0)]), binding)).toThrow(invalid)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        expect(() => hpkeOpen(pair.privateKey, noise, binding)).toThrow(invalid)
      }),
    )
  })

  test('differs each time', () => {
    expect(hpkeSeal(pair.publicKey, Buffer.from('a secret'), binding)).not.toEqual(sealed)
  })
})

describe('HPKE keys', () => {
  // All encodings of points of order 1, 2, 4 and 8 on Curve25519 and its twist, including those above the prime.
  const lowOrder = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ]

  test.each(lowOrder)('are rejected as recipient and as encapsulated key when of low order: %s', (hex) => {
    const point = Buffer.from(hex, 'hex')
    expect(() => hpkeSeal(point, Buffer.from('x'), binding)).toThrow(
      expect.objectContaining({ code: 'crypto.invalid-key' }),
    )
    expect(() => hpkeOpen(generateHpkeKeyPair().privateKey, Buffer.concat([point, randomBytes(16)]), binding)).toThrow(
      invalid,
    )
  })

  test('are rejected when not 32 bytes long', () => {
    expect(() => hpkeSeal(randomBytes(31), Buffer.from('x'), binding)).toThrow(
      expect.objectContaining({ code: 'crypto.invalid-key' }),
    )
    expect(() => hpkeOpen(randomBytes(33), randomBytes(64), binding)).toThrow(RangeError)
  })
})
