import { auditRecord, type Actor } from '../audit/record.ts'
import { vouchAnew } from '../audit/seal.ts'
import { seal, sealedIdentity, unseal } from '../crypto/index.ts'
import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { batch, type Row, update, type Write } from '../storage/index.ts'
import { bytesAfter, mayBeLong, olderValues } from './older-values.ts'
import type { SealedColumn } from './sealed-column.ts'
import { sealedColumns } from './sealed-columns.ts'

/** What has been sealed again so far. */
export interface ResealProgress {
  /** The table that it is at. */
  readonly table: string
  readonly resealed: number
  readonly unreadable: number
}

/** What was sealed again. */
export interface Resealed {
  /** The key that everything is now sealed under. */
  readonly keyId: string
  readonly resealed: number
  /** Values that do not open: of a key that has left the keyring, or changed by somebody. At most 100 are named. */
  readonly unreadable: readonly UnreadableValue[]
  /** Whether the newest link of the audit trail is now made with it. Not where nobody can say that the one before is ours. */
  readonly vouchesForAuditTrail: boolean
}

/** A value that does not open. */
export interface UnreadableValue {
  readonly table: string
  readonly column: string
  /** The primary key of its row. */
  readonly row: Readonly<Record<string, string>>
  readonly code: 'sealed.invalid' | 'keyring.unknown-key'
}

const mostNamed = 100

/**
 * Seals everything that an older key of the keyring seals again under the newest, in batches of at most 100 rows, while hosts go on
 * working: a value that somebody rewrites between its reading and its writing stays as they wrote it. What a crash leaves undone, the
 * next call does. Hosts must all have the newest key before. The audit trail gets a link under the newest key.
 * @throws BillfoldError of the storage and of the keyring
 */
export async function reseal(
  services: Services,
  actor: Actor,
  onProgress: (progress: ResealProgress) => void = () => {},
): Promise<Resealed> {
  const keyId = services.keyring.currentKeyId
  const unreadable: UnreadableValue[] = []
  let resealed = 0
  let failed = 0
  for (const column of sealedColumns) {
    for await (const rows of olderValues(services.storage, column, keyId)) {
      const done = await resealRows(services, column, rows)
      resealed += done.resealed
      failed += done.unreadable.length
      unreadable.push(...done.unreadable.slice(0, mostNamed - unreadable.length))
      onProgress({ table: column.table.name, resealed, unreadable: failed })
    }
  }
  if (resealed > 0)
    await services.storage.commit(batch(auditRecord(actor, 'keys.re-sealed', keyId, services.now(), { resealed })))
  return { keyId, resealed, unreadable, vouchesForAuditTrail: await vouch(services) }
}

async function vouch(services: Services): Promise<boolean> {
  try {
    await vouchAnew(services)
    return true
  } catch (error) {
    if (isBillfoldError(error, 'audit.unvouched')) return false
    throw error
  }
}

interface ResealedRows {
  readonly resealed: number
  readonly unreadable: readonly UnreadableValue[]
}

async function resealRows(services: Services, column: SealedColumn, rows: readonly Row[]): Promise<ResealedRows> {
  const writes: Write[] = []
  const unreadable: UnreadableValue[] = []
  for (const row of rows) {
    const write = await resealRow(services, column, row)
    if ('code' in write) unreadable.push(write)
    else writes.push(write)
  }
  // Long values go one by one: databases bound what one round trip may carry.
  const batches = mayBeLong(column) ? writes.map((write) => [write]) : [writes].filter(({ length }) => length > 0)
  for (const some of batches) await services.storage.commit(batch(...some))
  return { resealed: writes.length, unreadable }
}

async function resealRow(services: Services, column: SealedColumn, row: Row): Promise<Write | UnreadableValue> {
  const { keyring } = services
  const place = column.placeOf(row)
  const value = row[column.column]
  if (!(value instanceof Uint8Array)) throw new TypeError(`${column.table.name}.${column.column} holds no bytes`)
  try {
    const sealed = await seal(keyring, await unseal(keyring, value, place), place)
    // Hits nothing where the row is gone, or has another value by now.
    const isThisValue = { gte: sealedIdentity(value), lt: bytesAfter(sealedIdentity(value)) }
    const where = { ...keyOf(column, row), ...column.where, [column.column]: isThisValue }
    return update(column.table, { where, set: { [column.column]: sealed }, hits: 'any' })
  } catch (error) {
    const { table, column: name } = column
    for (const code of ['sealed.invalid', 'keyring.unknown-key'] as const)
      if (isBillfoldError(error, code)) return { table: table.name, column: name, row: namedKey(column, row), code }
    throw error
  }
}

function keyOf({ table }: SealedColumn, row: Row): Row {
  return Object.fromEntries(table.key.map((name) => [name, row[name] ?? null]))
}

function namedKey(column: SealedColumn, row: Row): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(keyOf(column, row)).map(([name, value]) => [name, String(value)]))
}
