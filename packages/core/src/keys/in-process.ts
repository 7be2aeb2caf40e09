import type { Actor } from '../audit/record.ts'
import type { Services } from '../services.ts'
import { reseal, type Resealed, type ResealProgress } from './reseal.ts'
import { type KeysInUse, keysInUse } from './usage.ts'

/** The keys of the keyring, and what they seal. */
export interface InProcessKeys {
  /** What still needs a key that is not the newest, so that an older one can leave the keyring. It reads much: not for a request. */
  readonly usage: () => Promise<KeysInUse>
  /**
   * Seals again under the newest key what older ones seal, in batches, while hosts go on working. Every host must have the newest key
   * before. It may be broken off at any time, and called again.
   */
  readonly reseal: (options?: { readonly onProgress?: (progress: ResealProgress) => void }) => Promise<Resealed>
}

/** The functions. */
export function inProcessKeys(services: Services, host: () => Actor): InProcessKeys {
  return {
    usage: () => keysInUse(services),
    reseal: ({ onProgress } = {}) => reseal(services, host(), onProgress),
  }
}
