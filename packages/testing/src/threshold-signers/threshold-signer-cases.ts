import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { secp256k1, type ThresholdSigner } from '@billfold/core'

/** A signer that is open for testing, as two processes of the host have it. */
export interface OpenSigner {
  readonly signers: readonly [ThresholdSigner, ThresholdSigner]
  readonly close: () => Promise<void>
}

/** One sentence of the contract of a threshold signer, and what shows that it is true: `run` rejects when it is not. */
export interface ThresholdSignerCase {
  readonly name: string
  readonly run: (signers: OpenSigner['signers']) => Promise<void>
}

/** The contract of {@link ThresholdSigner}, as far as it can be seen from outside: that no process has a whole key cannot. */
export const thresholdSignerCases: readonly ThresholdSignerCase[] = [
  {
    name: 'makes a key on secp256k1, and gives it not compressed',
    run: async ([one]) => {
      const publicKey = await one.createKey(randomUUID())
      assert.equal(publicKey.length, 65)
      assert.ok(secp256k1.isPublicKey(publicKey))
    },
  },
  {
    name: 'gives the same key under the same id, to all who ask at once, and others under others',
    run: async ([one, other]) => {
      const id = randomUUID()
      const keys = await Promise.all([one, other, one, other].map((signer) => signer.createKey(id)))
      assert.equal(new Set(keys.map(hex)).size, 1)
      assert.notEqual(hex(await one.createKey(randomUUID())), hex(keys[0] ?? new Uint8Array()))
    },
  },
  {
    name: 'signs a hash as it is, with the lower s, so that the public key is recovered',
    run: async ([one, other]) => {
      const id = randomUUID()
      const publicKey = await one.createKey(id)
      for (const signer of [one, other, one, other]) {
        const hash = randomBytes(32)
        const signature = await signer.sign(id, hash)
        assert.ok(secp256k1.verify(hash, signature, publicKey))
        assert.equal(hex(secp256k1.recover(hash, signature)), hex(publicKey))
      }
    },
  },
  {
    name: 'signs many hashes at once',
    run: async ([one, other]) => {
      const id = randomUUID()
      const publicKey = await one.createKey(id)
      const hashes = Array.from({ length: 8 }, () => randomBytes(32))
      const signatures = await Promise.all(hashes.map((hash, index) => (index % 2 === 0 ? one : other).sign(id, hash)))
      for (const [index, hash] of hashes.entries()) {
        const signature = signatures[index]
        assert.ok(signature !== undefined && secp256k1.verify(hash, signature, publicKey))
      }
    },
  },
  {
    name: 'signs with no key that was never made',
    run: ([one]) => assert.rejects(one.sign(randomUUID(), randomBytes(32))),
  },
  {
    name: 'signs with no key that was destroyed, and destroys one twice without complaint',
    run: async ([one, other]) => {
      const id = randomUUID()
      await one.createKey(id)
      await other.destroyKey(id)
      await one.destroyKey(id)
      await assert.rejects(one.sign(id, randomBytes(32)))
      await assert.rejects(other.sign(id, randomBytes(32)))
    },
  },
]

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
