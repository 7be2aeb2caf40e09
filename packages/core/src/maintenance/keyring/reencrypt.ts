import { auditWrite, type Actor } from '../../platform/audit/audit-write.ts'
import { extendChainWithCurrentKey } from '../../platform/audit/checkpoint.ts'
import { seal, ciphertextId, open } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { batch, type Row, update, type Write } from '../../kernel/storage/index.ts'
import { prefixUpperBound, isUnboundedColumn, findOutdatedCiphertexts } from './outdated-ciphertexts.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'
import { keyWhere, toUnreadable, type UnreadableCiphertext } from './unreadable-ciphertext.ts'

/** The progress of a re-encryption. */
export interface ReencryptProgress {
  /** The table being processed. */
  readonly table: string
  readonly reencrypted: number
  readonly unreadable: number
}

/** The result of a re-encryption. */
export interface ReencryptResult {
  /** The current key, which everything is now sealed under. */
  readonly keyId: string
  readonly reencrypted: number
  /**
   * Values that could not be decrypted, because their key is no longer in the keyring or they were tampered with. At
   * most 100 are listed.
   */
  readonly unreadable: readonly UnreadableCiphertext[]
  /**
   * True if the newest audit chain link is authenticated with the current key. False if the previous link cannot be
   * authenticated.
   */
  readonly authenticatesAuditLog: boolean
}

const maxListed = 100

/**
 * The re-encryption of a key rotation: re-encrypts all values that are sealed under other keys, in batches of at most
 * 100 rows, while hosts are running. A value that is changed concurrently is left as written. After a crash the next
 * call continues. Every host must have the current key before. Adds an audit chain link under the current key.
 * @param sealedColumns the columns of all modules that the keyring seals
 * @throws BillfoldError the errors of the storage and the keyring
 */
export async function reencryptAll(
  services: Services,
  sealedColumns: readonly SealedColumn[],
  actor: Actor,
  onProgress: (progress: ReencryptProgress) => void = () => {},
): Promise<ReencryptResult> {
  const keyId = services.keyring.currentKeyId
  const unreadable: UnreadableCiphertext[] = []
  let reencrypted = 0
  let failed = 0
  for (const column of sealedColumns) {
    for await (const rows of findOutdatedCiphertexts(services.storage, column, keyId)) {
      const done = await reencryptRows(services, column, rows)
      reencrypted += done.reencrypted
      failed += done.unreadable.length
      unreadable.push(...done.unreadable.slice(0, maxListed - unreadable.length))
      onProgress({ table: column.table.name, reencrypted, unreadable: failed })
    }
  }
  if (reencrypted > 0)
    await services.storage.commit(
      batch(auditWrite(actor, 'keys.reencrypted', keyId, services.now(), { reencrypted: reencrypted })),
    )
  return { keyId, reencrypted, unreadable, authenticatesAuditLog: await extendAuditChain(services) }
}

async function extendAuditChain(services: Services): Promise<boolean> {
  try {
    await extendChainWithCurrentKey(services)
    return true
  } catch (error) {
    if (isBillfoldError(error, 'audit.chain-untrusted')) return false
    throw error
  }
}

interface ReencryptedRows {
  readonly reencrypted: number
  readonly unreadable: readonly UnreadableCiphertext[]
}

async function reencryptRows(services: Services, column: SealedColumn, rows: readonly Row[]): Promise<ReencryptedRows> {
  const writes: Write[] = []
  const unreadable: UnreadableCiphertext[] = []
  for (const row of rows) {
    const write = await reencryptRow(services, column, row)
    if ('code' in write) unreadable.push(write)
    else writes.push(write)
  }
  // Commit long values one by one: databases limit the size of a round trip.
  const batches = isUnboundedColumn(column)
    ? writes.map((write) => [write])
    : [writes].filter(({ length }) => length > 0)
  for (const some of batches) await services.storage.commit(batch(...some))
  return { reencrypted: writes.length, unreadable }
}

async function reencryptRow(services: Services, column: SealedColumn, row: Row): Promise<Write | UnreadableCiphertext> {
  const { keyring } = services
  const context = column.toEncryptionContext(row)
  const value = row[column.column]
  if (!(value instanceof Uint8Array))
    throw new TypeError(`${column.table.name}.${column.column} does not contain bytes`)
  try {
    const sealed = await seal(keyring, await open(keyring, value, context), context)
    // Matches no row if the row was deleted or its value has changed.
    const sameValue = { gte: ciphertextId(value), lt: prefixUpperBound(ciphertextId(value)) }
    const where = { ...keyWhere(column, row), ...column.where, [column.column]: sameValue }
    return update(column.table, { where, set: { [column.column]: sealed }, expectedRows: 'any' })
  } catch (error) {
    const unreadable = toUnreadable(column, row, error)
    if (unreadable !== undefined) return unreadable
    throw error
  }
}
