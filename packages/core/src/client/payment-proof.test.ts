import { readFileSync } from 'node:fs'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PaymentProofContext, provePaymentKey, verifyPaymentProof } from './payment-proof.ts'

interface Vector {
  readonly privateKey: string
  readonly nonce: string
  readonly publicKey: string
  readonly context: PaymentProofContext
  readonly proof: string
}

/** Made by an independent implementation on plain integers. */
const vectors = JSON.parse(
  readFileSync(new URL('./payment-proof-vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[]

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

describe('a payment proof (RFC 8235)', () => {
  test.each(vectors)('matches the vector for $context.session', ({ privateKey, nonce, publicKey, context, proof }) => {
    expect(provePaymentKey(bytes(privateKey), context, bytes(nonce))).toBe(proof)
    expect(verifyPaymentProof(proof, bytes(publicKey), context)).toBe(true)
    expect(verifyPaymentProof(proof.toUpperCase(), bytes(publicKey), context)).toBe(true)
  })

  test('verifies for its key and context, and not for a modified field', () => {
    const context = fc.record({ session: fc.string(), amount: fc.string(), from: fc.string(), to: fc.string() })
    fc.assert(
      fc.property(context, fc.constantFrom('session', 'amount', 'from', 'to'), fc.nat(129), (bound, field, at) => {
        const privateKey = secp256k1.utils.randomSecretKey()
        const publicKey = secp256k1.getPublicKey(privateKey, true)
        const proof = provePaymentKey(privateKey, bound)
        expect(verifyPaymentProof(proof, publicKey, bound)).toBe(true)
        expect(verifyPaymentProof(proof, publicKey, { ...bound, [field]: `${bound[field]}x` })).toBe(false)
        const other = secp256k1.getPublicKey(secp256k1.utils.randomSecretKey(), true)
        expect(verifyPaymentProof(proof, other, bound)).toBe(false)
        const digit = proof[at] === '0' ? '1' : '0'
        expect(verifyPaymentProof(proof.slice(0, at) + digit + proof.slice(at + 1), publicKey, bound)).toBe(false)
      }),
      { numRuns: 20 },
    )
  })

  test('does not verify when characters move between fields', () => {
    const privateKey = secp256k1.utils.randomSecretKey()
    const publicKey = secp256k1.getPublicKey(privateKey, true)
    const proof = provePaymentKey(privateKey, { session: 'ab', amount: 'c', from: 'd', to: 'e' })
    expect(verifyPaymentProof(proof, publicKey, { session: 'a', amount: 'bc', from: 'd', to: 'e' })).toBe(false)
  })

  test('is rejected when malformed, beyond the group order, off the curve or at infinity', () => {
    const [vector] = vectors
    if (vector === undefined) throw new Error('there are no vectors')
    const { proof, context } = vector
    const key = bytes(vector.publicKey)
    const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'
    const r = BigInt(`0x${proof.slice(66)}`)
    const more = (r + BigInt(`0x${order}`)).toString(16)
    for (const bad of ['', 'zz', proof.slice(2), `${proof}00`, proof.slice(0, 66) + order, `00${proof.slice(2)}`])
      expect(verifyPaymentProof(bad, key, context)).toBe(false)
    if (more.length === 64) expect(verifyPaymentProof(proof.slice(0, 66) + more, key, context)).toBe(false)
    expect(verifyPaymentProof(proof, new Uint8Array(33), context)).toBe(false)
    expect(verifyPaymentProof(proof, Uint8Array.of(0), context)).toBe(false)
    expect(() => provePaymentKey(new Uint8Array(32), context)).toThrow(RangeError)
    expect(() => provePaymentKey(bytes(order), context)).toThrow(RangeError)
  })
})
