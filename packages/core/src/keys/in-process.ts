import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { reseal, type Resealed, type ResealProgress } from './reseal.ts'
import { type KeysInUse, keysInUse } from './usage.ts'

/** Maintains the keyring: which keys are in use, and re-encryption under the current key. */
export interface InProcessKeys {
  /**
   * Reports what still depends on keys other than the current one, to decide whether a key can be removed from the
   * keyring. Scans all tables with sealed columns: do not call it in a request.
   */
  readonly usage: () => Promise<KeysInUse>
  /**
   * Re-encrypts values that are sealed under other keys, in batches, while hosts are running. Every host must have the
   * current key before. Can be interrupted and repeated.
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function finishKeyRotation(billfold: Billfold) {
   *   const { unreadable } = await billfold.keys.reencrypt()
   *   const { olderKeys } = await billfold.keys.usage()
   *   console.log(unreadable, olderKeys)
   * }
   * ```
   */
  readonly reseal: (options?: { readonly onProgress?: (progress: ResealProgress) => void }) => Promise<Resealed>
}

export function inProcessKeys(services: Services, host: () => Actor): InProcessKeys {
  return {
    usage: () => keysInUse(services),
    reseal: ({ onProgress } = {}) => reseal(services, host(), onProgress),
  }
}
