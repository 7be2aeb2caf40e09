import { newestLink } from '../audit/seal.ts'
import { credentials, masterSecrets } from '../credentials/tables.ts'
import { parsePhc, sealedWith } from '../crypto/index.ts'
import { isBillfoldError } from '../errors.ts'
import { typedSecrets } from '../payments/tables.ts'
import type { Services } from '../services.ts'
import type { Row } from '../storage/index.ts'
import { olderValues } from './older-values.ts'
import { sealedColumns } from './sealed-columns.ts'

/** What still needs a key that is not the newest. */
export interface KeyUsage {
  readonly id: string
  /** Whether the keyring has it. What needs a key that it does not have, cannot be opened. */
  readonly inKeyring: boolean
  /** Values that `reseal` seals again. */
  readonly sealedValues: number
  /** Signing methods, which only their own value can open: each is sealed again when it is next used, or replaced. */
  readonly signingMethods: number
  /** Passwords and lock PINs of the payments API: each is hashed again when it is next used. */
  readonly passwords: number
  /** Whether the newest link of the audit trail was made with it: `reseal` adds one under the newest key. */
  readonly vouchesForAuditTrail: boolean
}

/** Which keys are in use. */
export interface KeysInUse {
  /** The newest key, which everything new is sealed under. */
  readonly current: string
  /** The others: of the keyring, and those that something is sealed under. */
  readonly older: readonly KeyUsage[]
  /** Values that name no key at all: nobody but an intruder writes such. */
  readonly malformed: number
}

interface Counts {
  sealedValues: number
  signingMethods: number
  passwords: number
}

/**
 * Counts what is sealed under keys that are not the newest. A key of which all counts are 0, and which no host has as its newest, can leave
 * the keyring. It looks through every table that holds sealed values.
 * @throws BillfoldError of the storage and of the keyring
 */
export async function keysInUse(services: Services): Promise<KeysInUse> {
  const { keyring } = services
  const current = keyring.currentKeyId
  const counts = new Map<string, Counts>()
  let malformed = 0
  const count = (what: keyof Counts, keyId: string | undefined): void => {
    if (keyId === undefined) malformed++
    else if (keyId !== current) countsOf(counts, keyId)[what]++
  }
  for (const keyId of keyring.keyIds ?? []) if (keyId !== current) countsOf(counts, keyId)
  for (const column of sealedColumns)
    for await (const rows of olderValues(services.storage, column, current))
      for (const row of rows)
        count(
          'sealedValues',
          keyIdIn(() => sealedWith(bytesIn(row, column.column))),
        )
  await countHeldByUsers(services, count)
  const newest = await newestLink(services)
  if (newest !== undefined && newest.keyId !== current) countsOf(counts, newest.keyId)
  const older: KeyUsage[] = []
  for (const [id, of] of counts)
    older.push({ id, inKeyring: await has(services, id), ...of, vouchesForAuditTrail: newest?.keyId === id })
  return { current, older, malformed }
}

/** What the server cannot seal again by itself: it takes what a person types. */
async function countHeldByUsers(
  { storage, keyring }: Services,
  count: (what: 'signingMethods' | 'passwords', keyId: string | undefined) => void,
): Promise<void> {
  const limit = 1000
  for (let after = ''; ; ) {
    const rows = await storage.find(credentials, {
      where: { id: { gt: after }, pepperKeyId: { ne: keyring.currentKeyId } },
      orderBy: [['id', 'asc']],
      limit,
    })
    const ownerIds = [...new Set(rows.map(({ ownerId }) => ownerId))]
    // Those of archived owners never open again, with or without their key.
    const open = await storage.find(masterSecrets, { where: { ownerId: { in: ownerIds }, closedAt: null } })
    const isOpen = new Set(open.map(({ ownerId }) => ownerId))
    for (const { pepperKeyId, ownerId } of rows) if (isOpen.has(ownerId)) count('signingMethods', pepperKeyId)
    after = rows.at(-1)?.id ?? after
    if (rows.length < limit) break
  }
  for (const kind of ['password', 'pin'])
    for (let after = ''; ; ) {
      const where = { userId: { gt: after }, kind }
      const rows = await storage.find(typedSecrets, { where, orderBy: [['userId', 'asc']], limit })
      for (const { phc } of rows)
        count(
          'passwords',
          keyIdIn(() => parsePhc(phc).keyId),
        )
      after = rows.at(-1)?.userId ?? after
      if (rows.length < limit) break
    }
}

function countsOf(counts: Map<string, Counts>, keyId: string): Counts {
  const known = counts.get(keyId) ?? { sealedValues: 0, signingMethods: 0, passwords: 0 }
  counts.set(keyId, known)
  return known
}

function keyIdIn(read: () => string): string | undefined {
  try {
    return read()
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return undefined
    throw error
  }
}

function bytesIn(row: Row, column: string): Uint8Array {
  const value = row[column]
  return value instanceof Uint8Array ? value : new Uint8Array()
}

async function has({ keyring }: Services, keyId: string): Promise<boolean> {
  try {
    await keyring.derive(keyId, 'seal')
    return true
  } catch (error) {
    if (isBillfoldError(error, 'keyring.unknown-key')) return false
    throw error
  }
}
