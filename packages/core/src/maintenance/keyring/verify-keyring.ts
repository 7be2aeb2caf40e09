import { open } from '../../kernel/crypto/index.ts'
import type { Row } from '../../kernel/storage/index.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'
import type { Services } from '../../platform/services.ts'
import { toUnreadable, type UnreadableCiphertext } from './unreadable-ciphertext.ts'

/** Whether the keyring belongs to the database. */
export interface KeyringVerification {
  /** The number of values that were decrypted, at most one for each sealed column. 0 if nothing is encrypted yet. */
  readonly decrypted: number
  /** Values that could not be decrypted, because their key is another one or they were tampered with. */
  readonly unreadable: readonly UnreadableCiphertext[]
}

/**
 * Decrypts one value of each sealed column. Only decryption shows that the keyring is the right one: two keys can have the same id.
 * @param sealedColumns the columns of all modules that the keyring seals
 * @throws BillfoldError the errors of the storage and the keyring
 */
export async function verifyKeyring(
  services: Services,
  sealedColumns: readonly SealedColumn[],
): Promise<KeyringVerification> {
  const unreadable: UnreadableCiphertext[] = []
  let decrypted = 0
  for (const column of sealedColumns) {
    const outcome = await decryptOne(services, column)
    if (outcome === 'decrypted') decrypted++
    else if (outcome !== undefined) unreadable.push(outcome)
  }
  return { decrypted, unreadable }
}

async function decryptOne(
  { storage, keyring }: Services,
  column: SealedColumn,
): Promise<'decrypted' | UnreadableCiphertext | undefined> {
  // A column without a value holds null, which no comparison matches.
  const where = { ...column.where, [column.column]: { gte: new Uint8Array() } }
  const [row]: readonly Row[] = await storage.find(column.table, { where, limit: 1 })
  const value = row?.[column.column]
  if (row === undefined || !(value instanceof Uint8Array)) return undefined
  try {
    await open(keyring, value, column.toEncryptionContext(row))
    return 'decrypted'
  } catch (error) {
    const unreadable = toUnreadable(column, row, error)
    if (unreadable !== undefined) return unreadable
    throw error
  }
}
