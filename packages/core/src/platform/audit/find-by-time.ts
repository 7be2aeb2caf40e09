import { BillfoldError } from '../../kernel/errors.ts'
import type { Storage, Where } from '../../kernel/storage/index.ts'
import type { AuditRow } from './link.ts'
import type { SearchPosition } from './search-position.ts'
import { auditRecords } from './tables.ts'

/** A search for the records of a time range. */
export interface TimeSearch {
  readonly tenant: string
  /** Epoch milliseconds, inclusive. */
  readonly from: number | undefined
  /** Epoch milliseconds, exclusive. */
  readonly to: number | undefined
  /** Where the previous page ended. */
  readonly position: SearchPosition | undefined
  readonly limit: number
}

/** The lengths of the ranges that are searched before the whole one, in milliseconds. */
const firstRanges = [60_000, 3_600_000, 86_400_000, 30 * 86_400_000] as const

/**
 * Finds the records of a time range, newest first, in the order of their times. Ids have nearly the same order, but no database knows
 * that: to find an old range in the order of ids, it would read all younger records.
 * @throws BillfoldError `input.invalid` if the position is outside of the range
 */
export async function findByTime(storage: Storage, search: TimeSearch): Promise<readonly AuditRow[]> {
  const { from, to, position, limit } = search
  if (position?.at === undefined) return findBefore(storage, search, to, limit)
  const { at, id } = position
  if (at < (from ?? at) || at >= (to ?? Infinity)) {
    const message = 'must be `next` of a search with the same time range'
    throw new BillfoldError('input.invalid', { issues: [{ path: 'after', message }] })
  }
  const atSameTime = await find(storage, { tenant: search.tenant, at, id: { lt: id } }, limit)
  if (atSameTime.length === limit) return atSameTime
  return [...atSameTime, ...(await findBefore(storage, search, at, limit - atSameTime.length))]
}

/** Finds the newest records before a time. Searches short ranges first: MariaDB reads all younger records if a range has many. */
async function findBefore(
  storage: Storage,
  { tenant, from }: TimeSearch,
  to: number | undefined,
  limit: number,
): Promise<readonly AuditRow[]> {
  const starts = to === undefined ? [] : firstRanges.map((length) => to - length)
  for (const start of starts) {
    if (start <= (from ?? 0)) break
    const rows = await find(storage, { tenant, at: toRange(start, to) }, limit)
    if (rows.length === limit) return rows
  }
  return find(storage, { tenant, at: toRange(from, to) }, limit)
}

function find(storage: Storage, where: Where<AuditRow>, limit: number): Promise<readonly AuditRow[]> {
  return storage.find(auditRecords, {
    where,
    orderBy: [
      ['at', 'desc'],
      ['id', 'desc'],
    ],
    limit,
    mayBeStale: true,
  })
}

/** Returns the condition of a time range. */
export function toRange(
  from: number | undefined,
  to: number | undefined,
): { readonly gte?: number; readonly lt?: number } {
  return { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lt: to }) }
}
