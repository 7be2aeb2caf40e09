import type { Actor } from '../../platform/audit/audit-write.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'
import type { PepperedValues } from '../../platform/peppered-values.ts'
import type { Services } from '../../platform/services.ts'
import { reencryptAll, type ReencryptResult, type ReencryptProgress } from './reencrypt.ts'
import { type KeyringUsage, getKeyringUsage } from './key-usage.ts'
import { type KeyringVerification, verifyKeyring } from './verify-keyring.ts'

/** Maintains the keyring: which keys are in use, and re-encryption under the current key. */
export interface KeyringApi {
  /**
   * Reports what still depends on keys other than the current one, to decide whether a key can be removed from the
   * keyring. Scans all tables with sealed columns: do not call it in a request.
   */
  readonly usage: () => Promise<KeyringUsage>
  /**
   * Verifies that the keyring belongs to the database: decrypts one value of each sealed column, which takes a query each.
   * A host with another keyring starts, and fails at the first value that it has to decrypt.
   * @throws BillfoldError the errors of the storage and the keyring
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function refuseForeignDatabase(billfold: Billfold) {
   *   const { unreadable } = await billfold.keys.verify()
   *   if (unreadable.length > 0) throw new Error('this database belongs to another keyring')
   * }
   * ```
   */
  readonly verify: () => Promise<KeyringVerification>
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
  readonly reencrypt: (options?: {
    readonly onProgress?: (progress: ReencryptProgress) => void
  }) => Promise<ReencryptResult>
}

/**
 * Creates the keyring functions.
 * @param sealedColumns the columns of all modules that the keyring seals
 * @param pepperedValues the values of all modules that only a secret of their owner brings under another key
 */
export function createKeyringApi(
  services: Services,
  host: () => Actor,
  sealedColumns: readonly SealedColumn[],
  pepperedValues: readonly PepperedValues[],
): KeyringApi {
  return {
    usage: () => getKeyringUsage(services, sealedColumns, pepperedValues),
    verify: () => verifyKeyring(services, sealedColumns),
    reencrypt: ({ onProgress } = {}) => reencryptAll(services, sealedColumns, host(), onProgress),
  }
}
