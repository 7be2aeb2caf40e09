import type { RecoverableSignature } from '../../kernel/crypto/index.ts'

/**
 * Signs with keys that never exist in one place: each key is shared between parties in different processes with
 * different keyrings. A host implements it to offer MPC vaults; Billfold has no implementation (docs/decisions/0006
 * explains why).
 */
export interface ThresholdSigner {
  /**
   * Creates a secp256k1 key that is shared from the start, and returns its public key, 65 bytes. `keyId` is a UUID.
   * Must be idempotent: every call with the same id returns the same key, also concurrently, so that an interrupted
   * caller can repeat it.
   */
  readonly createKey: (keyId: string) => Promise<Uint8Array>
  /**
   * Signs a 32-byte hash without a prefix; `s` must be the lower of the two possible values. Rejects if the key does
   * not exist or was destroyed.
   */
  readonly sign: (keyId: string, hash: Uint8Array) => Promise<RecoverableSignature>
  /** Destroys all shares permanently: the id never signs again. Does nothing if the key does not exist. */
  readonly destroyKey: (keyId: string) => Promise<void>
}
