import { type ThresholdSigner } from '@billfold/core'
import { secp256k1 } from '@billfold/core/crypto'

/** Creates a fake threshold signer for tests. It does not split keys: they are in the memory of this process. */
export function createFakeSigner(): ThresholdSigner {
  const keys = new Map<string, Uint8Array>()
  const gone = new Set<string>()
  return {
    createKey: async (id) => {
      const key = keys.get(id) ?? secp256k1.generatePrivateKey()
      keys.set(id, key)
      return secp256k1.getPublicKey(key, false)
    },
    sign: async (id, hash) => {
      const key = keys.get(id)
      if (key === undefined || gone.has(id)) throw new Error('there is no such key')
      return secp256k1.sign(hash, key)
    },
    destroyKey: async (id) => {
      gone.add(id)
    },
  }
}
