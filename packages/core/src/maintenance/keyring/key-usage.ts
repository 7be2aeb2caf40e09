import { findNewestLink } from '../../platform/audit/checkpoint.ts'
import { sealingKeyId } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { PepperedValues } from '../../platform/peppered-values.ts'
import type { Services } from '../../platform/services.ts'
import type { Row } from '../../kernel/storage/index.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'
import { findOutdatedCiphertexts } from './outdated-ciphertexts.ts'

/** How many values of one kind depend on a key. */
export interface PepperedCount {
  /** The kind in the plural: `passwords and PINs`. */
  readonly name: string
  readonly count: number
}

/** The values that still depend on a key other than the current one. */
export interface KeyUsage {
  readonly id: string
  /** True if the key is in the keyring. Otherwise its values cannot be decrypted. */
  readonly inKeyring: boolean
  /** The number of values that `reencrypt` re-encrypts. */
  readonly sealedValues: number
  /**
   * The values that only a secret of their owner brings under another key, by kind, in the order of the modules: signing methods,
   * passwords and PINs. Each moves to the current key when it is next used.
   */
  readonly pepperedValues: readonly PepperedCount[]
  /**
   * True if the newest audit chain link is authenticated with this key. `reencrypt` adds a link under the current key.
   */
  readonly authenticatesAuditLog: boolean
}

/** The usage of keys. */
export interface KeyringUsage {
  /** The current key, which new values are sealed under. */
  readonly currentKeyId: string
  /** All other keys that are in the keyring or still used by a value. */
  readonly olderKeys: readonly KeyUsage[]
  /** The number of values that name no key, which is a sign of tampering. */
  readonly malformedValues: number
}

interface Counts {
  sealedValues: number
  /** By kind. */
  readonly peppered: Map<string, number>
}

/**
 * Counts the values that are sealed under other keys than the current one. A key can be removed from the keyring if all
 * its counts are 0 and no host uses it as its current key. Scans every table with sealed values.
 * @throws BillfoldError the errors of the storage and the keyring
 */
export async function getKeyringUsage(
  services: Services,
  sealedColumns: readonly SealedColumn[],
  pepperedValues: readonly PepperedValues[],
): Promise<KeyringUsage> {
  const { keyring, storage } = services
  const currentKeyId = keyring.currentKeyId
  const counts = new Map<string, Counts>()
  let malformedValues = 0
  const count = (keyId: string | undefined, increment: (counts: Counts) => void): void => {
    if (keyId === undefined) malformedValues++
    else if (keyId !== currentKeyId) increment(countsFor(counts, keyId))
  }
  for (const keyId of keyring.keyIds ?? []) if (keyId !== currentKeyId) countsFor(counts, keyId)
  for (const column of sealedColumns)
    for await (const rows of findOutdatedCiphertexts(storage, column, currentKeyId))
      for (const row of rows) count(readSealingKeyId(row, column.column), (of) => of.sealedValues++)
  for (const { name, listKeyIds } of pepperedValues)
    for await (const keyId of listKeyIds(storage, currentKeyId))
      count(keyId, ({ peppered }) => peppered.set(name, (peppered.get(name) ?? 0) + 1))
  const newest = await findNewestLink(services)
  if (newest !== undefined && newest.keyId !== currentKeyId) countsFor(counts, newest.keyId)
  const olderKeys: KeyUsage[] = []
  for (const [id, { sealedValues, peppered }] of counts)
    olderKeys.push({
      id,
      inKeyring: await isInKeyring(services, id),
      sealedValues,
      pepperedValues: pepperedValues.map(({ name }) => ({ name, count: peppered.get(name) ?? 0 })),
      authenticatesAuditLog: newest?.keyId === id,
    })
  return { currentKeyId, olderKeys, malformedValues }
}

function countsFor(counts: Map<string, Counts>, keyId: string): Counts {
  const known = counts.get(keyId) ?? { sealedValues: 0, peppered: new Map<string, number>() }
  counts.set(keyId, known)
  return known
}

function readSealingKeyId(row: Row, column: string): string | undefined {
  try {
    return sealingKeyId(getBytes(row, column))
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return undefined
    throw error
  }
}

function getBytes(row: Row, column: string): Uint8Array {
  const value = row[column]
  return value instanceof Uint8Array ? value : new Uint8Array()
}

async function isInKeyring({ keyring }: Services, keyId: string): Promise<boolean> {
  try {
    await keyring.derive(keyId, 'seal')
    return true
  } catch (error) {
    if (isBillfoldError(error, 'keyring.unknown-key')) return false
    throw error
  }
}
