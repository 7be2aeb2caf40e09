import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { type ThresholdSigner } from '@billfold/core'
import { secp256k1 } from '@billfold/core/crypto'

/** A threshold signer under test: two instances, as in two processes of the host. */
export interface ThresholdSignerUnderTest {
  readonly signers: readonly [ThresholdSigner, ThresholdSigner]
  /** Releases the signer after the suite. */
  readonly close: () => Promise<void>
}

/** One requirement of the threshold signer contract. `run` rejects if the signer violates it. */
export interface ThresholdSignerCase {
  readonly name: string
  readonly run: (signers: ThresholdSignerUnderTest['signers']) => Promise<void>
}

/** The observable contract of {@link ThresholdSigner}. The suite cannot verify that no process has the whole key. */
export const thresholdSignerCases: readonly ThresholdSignerCase[] = [
  {
    name: 'creates a secp256k1 key and returns it uncompressed',
    run: async ([one]) => {
      const publicKey = await one.createKey(randomUUID())
      assert.equal(publicKey.length, 65)
      assert.ok(secp256k1.isPublicKey(publicKey))
    },
  },
  {
    name: 'returns the same key for concurrent requests with the same id, and different keys for different ids',
    run: async ([one, other]) => {
      const id = randomUUID()
      const keys = await Promise.all([one, other, one, other].map((signer) => signer.createKey(id)))
      assert.equal(new Set(keys.map(hex)).size, 1)
      assert.notEqual(hex(await one.createKey(randomUUID())), hex(keys[0] ?? new Uint8Array()))
    },
  },
  {
    name: 'signs a hash without rehashing, with a low s value, so that the public key can be recovered',
    run: async ([one, other]) => {
      const id = randomUUID()
      const publicKey = await one.createKey(id)
      for (const signer of [one, other, one, other]) {
        const hash = randomBytes(32)
        const signature = await signer.sign(id, hash)
        assert.ok(secp256k1.verify(hash, signature, publicKey))
        assert.equal(hex(secp256k1.recoverPublicKey(hash, signature)), hex(publicKey))
      }
    },
  },
  {
    name: 'signs hashes concurrently',
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
    name: 'rejects signing with an unknown key',
    run: ([one]) => assert.rejects(one.sign(randomUUID(), randomBytes(32))),
  },
  {
    name: 'rejects signing with a destroyed key, and resolves when a key is destroyed twice',
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
