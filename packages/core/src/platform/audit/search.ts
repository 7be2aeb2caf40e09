import { BillfoldError } from '../../kernel/errors.ts'
import type { Storage } from '../../kernel/storage/index.ts'
import type { AuditAction } from './actions.ts'
import type { AuditRow } from './link.ts'
import { findByTime, toRange } from './find-by-time.ts'
import { formatSearchPosition, parseSearchPosition } from './search-position.ts'
import { auditRecords } from './tables.ts'

/** Search criteria. All given criteria must match. */
export interface AuditSearchOptions {
  readonly tenant?: string
  readonly action?: AuditAction
  /** The id of the object that the action was applied to. */
  readonly subject?: string
  /** The id of the actor: a service key, a licence, a user, or `host`. */
  readonly actor?: string
  /** The start of the time range, in epoch milliseconds, inclusive. */
  readonly from?: number
  /** The end of the time range, in epoch milliseconds, exclusive. */
  readonly to?: number
  /** The cursor: `next` of the previous page. */
  readonly after?: string
  /** The maximum number of records, 1 to 1,000. Default: 100. */
  readonly limit?: number
}

/** One record of the audit log. */
export interface AuditEntry {
  readonly id: string
  readonly tenant: string
  /** Epoch milliseconds. */
  readonly at: number
  /** An {@link AuditAction}, or one of another version of Billfold. */
  readonly action: string
  readonly actor: string
  readonly subject: string
  readonly detail?: Readonly<Record<string, unknown>>
  /** The number of the chain link that contains the record; null if there is none yet. */
  readonly link: number | null
}

/**
 * A page of records, newest first: in the order of their ids, or in the order of their times if the only criteria are `from` and `to`.
 * `next` is the cursor of the next page of the same search; it is missing on the last page.
 */
export interface AuditPage {
  readonly records: readonly AuditEntry[]
  readonly next?: string
}

/**
 * Searches the audit records of a tenant, newest first. A search by subject, action, actor or time uses an index.
 * @throws BillfoldError `input.invalid`
 */
export async function searchAuditLog(storage: Storage, tenant: string, input: AuditSearchOptions): Promise<AuditPage> {
  const { action, subject, actor, from, to, after, limit = 100 } = input
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw invalidInput('limit', 'must be an integer from 1 to 1,000')
  const position = after === undefined ? undefined : parseSearchPosition(after)
  const isByTime =
    (from ?? to) !== undefined &&
    (action ?? subject ?? actor) === undefined &&
    (position === undefined || position.at !== undefined)
  const rows = isByTime
    ? await findByTime(storage, { tenant, from, to, position, limit: limit + 1 })
    : await storage.find(auditRecords, {
        where: {
          tenant,
          ...(action !== undefined && { action }),
          ...(subject !== undefined && { subject }),
          ...(actor !== undefined && { actor }),
          ...((from ?? to) !== undefined && { at: toRange(from, to) }),
          ...(position !== undefined && { id: { lt: position.id } }),
        },
        orderBy: [['id', 'desc']],
        limit: limit + 1,
        mayBeStale: true,
      })
  const records = rows.slice(0, limit)
  const last = rows.length > limit ? records.at(-1) : undefined
  if (last === undefined) return { records: records.map(toEntry) }
  return { records: records.map(toEntry), next: formatSearchPosition(isByTime ? last : { id: last.id }) }
}

function toEntry({ detail, ...row }: AuditRow): AuditEntry {
  return detail === null ? row : { ...row, detail: parseDetail(detail) }
}

/**
 * Parses a detail. A malformed value, which can only come from tampering, must not prevent reading the other records.
 */
function parseDetail(json: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(json)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : { unreadable: json }
  } catch {
    return { unreadable: json }
  }
}

function invalidInput(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
