import type { RecoverableSignature } from '../crypto/index.ts'

/**
 * Signs with keys that exist nowhere as a whole: each is shared between parties that run in different processes, under
 * different keyrings. A host brings one for its MPC vaults; there is none of our own (docs/decisions/0006 says why).
 */
export interface ThresholdSigner {
  /**
   * Makes a key on secp256k1, shared from the first moment, and gives its public key, 65 bytes. The id is a UUID of ours: under
   * the same id the same key is given again, by any number of calls at once, so that whoever was interrupted may ask again.
   */
  readonly createKey: (keyId: string) => Promise<Uint8Array>
  /**
   * Signs a hash of 32 bytes, as it is, with the lower of the two values for s. Rejects for a key that was never made or
   * was destroyed.
   */
  readonly sign: (keyId: string, hash: Uint8Array) => Promise<RecoverableSignature>
  /** Destroys the shares, for good: the id never signs again. Does nothing for a key that is not there. */
  readonly destroyKey: (keyId: string) => Promise<void>
}
