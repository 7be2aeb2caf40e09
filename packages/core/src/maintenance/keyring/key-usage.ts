import { findNewestLink } from '../../platform/audit/checkpoint.ts'
import { signingMethods, masterSecrets } from '../../identity/signing-methods/tables.ts'
import { parsePhc, sealingKeyId } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import { paymentCredentials } from '../../payments/tables.ts'
import type { Services } from '../../platform/services.ts'
import type { Row } from '../../kernel/storage/index.ts'
import type { SealedColumn } from '../../kernel/storage/sealed-column.ts'
import { findOutdatedCiphertexts } from './outdated-ciphertexts.ts'

/** The values and methods that still depend on a key other than the current one. */
export interface KeyUsage {
  readonly id: string
  /** True if the key is in the keyring. Otherwise its values cannot be decrypted. */
  readonly inKeyring: boolean
  /** The number of values that `reencrypt` re-encrypts. */
  readonly sealedValues: number
  /**
   * The number of signing methods, which only their own value can decrypt. Each is re-encrypted when it is next used or
   * replaced.
   */
  readonly signingMethods: number
  /** The number of passwords and lock PINs of the payments API. Each is rehashed when it is next used. */
  readonly passwords: number
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
  signingMethods: number
  passwords: number
}

/**
 * Counts the values that are sealed under other keys than the current one. A key can be removed from the keyring if all
 * its counts are 0 and no host uses it as its current key. Scans every table with sealed values.
 * @throws BillfoldError the errors of the storage and the keyring
 */
export async function getKeyringUsage(
  services: Services,
  sealedColumns: readonly SealedColumn[],
): Promise<KeyringUsage> {
  const { keyring } = services
  const currentKeyId = keyring.currentKeyId
  const counts = new Map<string, Counts>()
  let malformedValues = 0
  const count = (what: keyof Counts, keyId: string | undefined): void => {
    if (keyId === undefined) malformedValues++
    else if (keyId !== currentKeyId) countsFor(counts, keyId)[what]++
  }
  for (const keyId of keyring.keyIds ?? []) if (keyId !== currentKeyId) countsFor(counts, keyId)
  for (const column of sealedColumns)
    for await (const rows of findOutdatedCiphertexts(services.storage, column, currentKeyId))
      for (const row of rows)
        count(
          'sealedValues',
          keyIdOrUndefined(() => sealingKeyId(getBytes(row, column.column))),
        )
  await countUserSealed(services, count)
  const newest = await findNewestLink(services)
  if (newest !== undefined && newest.keyId !== currentKeyId) countsFor(counts, newest.keyId)
  const olderKeys: KeyUsage[] = []
  for (const [id, keyCounts] of counts)
    olderKeys.push({
      id,
      inKeyring: await isInKeyring(services, id),
      ...keyCounts,
      authenticatesAuditLog: newest?.keyId === id,
    })
  return { currentKeyId, olderKeys: olderKeys, malformedValues }
}

/** Counts what the server cannot re-encrypt by itself, because it depends on a user's secret. */
async function countUserSealed(
  { storage, keyring }: Services,
  count: (what: 'signingMethods' | 'passwords', keyId: string | undefined) => void,
): Promise<void> {
  const limit = 1000
  for (let after = ''; ; ) {
    const rows = await storage.find(signingMethods, {
      where: { id: { gt: after }, pepperKeyId: { ne: keyring.currentKeyId } },
      orderBy: [['id', 'asc']],
      limit,
    })
    const ownerIds = [...new Set(rows.map(({ ownerId }) => ownerId))]
    // Methods of archived owners can never be used again, so they need no key.
    const active = await storage.find(masterSecrets, { where: { ownerId: { in: ownerIds }, closedAt: null } })
    const activeOwnerIds = new Set(active.map(({ ownerId }) => ownerId))
    for (const { pepperKeyId, ownerId } of rows) if (activeOwnerIds.has(ownerId)) count('signingMethods', pepperKeyId)
    after = rows.at(-1)?.id ?? after
    if (rows.length < limit) break
  }
  for (const kind of ['password', 'pin'])
    for (let after = ''; ; ) {
      const where = { userId: { gt: after }, kind }
      const rows = await storage.find(paymentCredentials, { where, orderBy: [['userId', 'asc']], limit })
      for (const { phc } of rows)
        count(
          'passwords',
          keyIdOrUndefined(() => parsePhc(phc).keyId),
        )
      after = rows.at(-1)?.userId ?? after
      if (rows.length < limit) break
    }
}

function countsFor(counts: Map<string, Counts>, keyId: string): Counts {
  const known = counts.get(keyId) ?? { sealedValues: 0, signingMethods: 0, passwords: 0 }
  counts.set(keyId, known)
  return known
}

function keyIdOrUndefined(read: () => string): string | undefined {
  try {
    return read()
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
