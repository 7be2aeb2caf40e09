import type { Storage } from '../kernel/storage/index.ts'

/**
 * Values that depend on a key of the keyring and that the server cannot bring under another key by itself, since it takes a secret
 * of their owner: hashes of passwords, which are peppered, and keys that a PIN opens. Each moves to the current key when its owner
 * next uses it.
 */
export interface PepperedValues {
  /** What the values are, in the plural, as `billfold.keys.usage` and the command line name them: `passwords and PINs`. */
  readonly name: string
  /**
   * Lists the id of the key that each value depends on, at least for those that depend on another than the current one; undefined
   * for a value that names none, which is a sign of tampering. Scans the table in batches.
   */
  readonly listKeyIds: (storage: Storage, currentKeyId: string) => AsyncIterable<string | undefined>
}
