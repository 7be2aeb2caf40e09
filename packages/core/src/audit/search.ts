import { BillfoldError } from '../errors.ts'
import type { Storage, Where } from '../storage/index.ts'
import type { Act } from './acts.ts'
import type { AuditRow } from './link.ts'
import { auditRecords } from './table.ts'

/** What to look for. Everything given must hold. */
export interface AuditSearch {
  readonly tenant?: string
  readonly act?: Act
  /** The id of what the act was done to. */
  readonly subject?: string
  /** The id of who did it: of a service key, a licence, a user, or `host`. */
  readonly actor?: string
  /** The first millisecond since 1970 that counts. */
  readonly from?: number
  /** The first millisecond that no longer does. */
  readonly to?: number
  /** `next` of the page before. */
  readonly after?: string
  /** How many records, 1 to 1,000: 100. */
  readonly limit?: number
}

/** One record of the audit trail. */
export interface AuditEntry {
  readonly id: string
  readonly tenant: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** An {@link Act}, or one of another version. */
  readonly act: string
  readonly actor: string
  readonly subject: string
  readonly detail?: Readonly<Record<string, unknown>>
  /** The number of the link that seals it; null while none does. */
  readonly link: number | null
}

/** Some records, newest first, and where to go on: there are no more where `next` is missing. */
export interface AuditPage {
  readonly records: readonly AuditEntry[]
  readonly next?: string
}

/**
 * Finds records of a tenant, newest first. What has a subject is found by an index; otherwise the records of the tenant are read
 * back until there are enough.
 * @throws BillfoldError `input.invalid`
 */
export async function search(storage: Storage, tenant: string, input: AuditSearch): Promise<AuditPage> {
  const { act, subject, actor, from, to, after, limit = 100 } = input
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw invalid('limit', 'must be 1 to 1,000')
  const where: Where<AuditRow> = {
    tenant,
    ...(act !== undefined && { act }),
    ...(subject !== undefined && { subject }),
    ...(actor !== undefined && { actor }),
    ...((from ?? to) !== undefined && {
      at: { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lt: to }) },
    }),
    ...(after !== undefined && { id: { lt: after } }),
  }
  const rows = await storage.find(auditRecords, { where, orderBy: [['id', 'desc']], limit: limit + 1 })
  const records = rows.slice(0, limit)
  const last = records.at(-1)
  return { records: records.map(entryOf), ...(rows.length > limit && last !== undefined && { next: last.id }) }
}

function entryOf({ detail, ...row }: AuditRow): AuditEntry {
  return detail === null ? row : { ...row, detail: detailOf(detail) }
}

/** What an intruder has written must not keep the rest from being read. */
function detailOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(json)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : { unreadable: json }
  } catch {
    return { unreadable: json }
  }
}

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
