import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEcdh, createNobleEcdh } from './ecdh.ts'
import { hasSecp256k1 } from './openssl-curves.ts'
import { secp256k1 } from './secp256k1.ts'
import { noblePoints, secp256k1Points } from './secp256k1-points.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const privateKeys = bytes32.filter(secp256k1.isPrivateKey)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const runs = { numRuns: 40 }

/** The result in hexadecimal, or undefined if the computation throws. */
function outcome(compute: () => Uint8Array): string | undefined {
  try {
    return hex(compute())
  } catch {
    return undefined
  }
}

// On Node this compares OpenSSL with the implementation for runtimes that lack the curve.
describe('without secp256k1 in node:crypto', () => {
  test('Node has the curve', () => {
    expect(hasSecp256k1).toBe(true)
    expect(secp256k1Points).not.toBe(noblePoints)
  })

  test('public keys and shared secrets are the same', () => {
    fc.assert(
      fc.property(privateKeys, privateKeys, fc.boolean(), (mine, theirs, compressed) => {
        const point = secp256k1Points.getPublicKey(theirs, compressed)
        expect(hex(noblePoints.getPublicKey(theirs, compressed))).toBe(hex(point))
        expect(hex(noblePoints.computeSecret(mine, point))).toBe(hex(secp256k1Points.computeSecret(mine, point)))
        expect(hex(createNobleEcdh(mine).computeSecret(point))).toBe(
          hex(createEcdh('secp256k1', mine).computeSecret(point)),
        )
        expect(hex(createNobleEcdh(mine).publicKey)).toBe(hex(createEcdh('secp256k1', mine).publicKey))
      }),
      runs,
    )
  })

  test('the same points are accepted and rejected', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 3), bytes32, bytes32, fc.boolean(), (prefix, x, y, compressed) => {
        for (const point of [Buffer.concat([Buffer.of(prefix), x]), Buffer.concat([Buffer.of(4), x, y])])
          expect(outcome(() => noblePoints.encode(point, compressed))).toBe(
            outcome(() => secp256k1Points.encode(point, compressed)),
          )
      }),
      runs,
    )
  })

  test('the same signatures are accepted and rejected', () => {
    fc.assert(
      fc.property(privateKeys, fc.uint8Array(), fc.nat(63), fc.boolean(), (key, message, changed, isChanged) => {
        const { r, s } = secp256k1.sign(createHash('sha256').update(message).digest(), key)
        const signature = Buffer.concat([r, s])
        if (isChanged) signature.writeUInt8((signature[changed] ?? 0) ^ 1, changed)
        const publicKey = secp256k1.getPublicKey(key)
        expect(noblePoints.verifySha256(message, signature, publicKey)).toBe(!isChanged)
        expect(secp256k1Points.verifySha256(message, signature, publicKey)).toBe(!isChanged)
      }),
      runs,
    )
  })
})
