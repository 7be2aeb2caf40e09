import { auditRecords } from '../../platform/audit/tables.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { toStaleReads } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { listIdentifiers, openIdentifier } from './identifiers.ts'
import type { PersonalData, UserKey } from '../../platform/personal-data.ts'
import { users } from './table.ts'

/** Maximum number of audit log entries in an export, newest first. */
const maxAuditRecords = 10_000

/** The personal data of a user (right of access, GDPR article 15). Times are ISO 8601 in UTC. */
export interface UserExport {
  readonly user: { readonly id: string; readonly reference: string | null; readonly createdAt: string }
  /** Emails, phone numbers, usernames, DIDs and public keys, in plain text. */
  readonly identifiers: readonly {
    readonly kind: string
    readonly value: string
    /** How the identifier was verified; null for an unverified claim. */
    readonly verifiedBy: string | null
    readonly createdAt: string
  }[]
  /** The newest 10,000 audit log entries about the user. */
  readonly audit: readonly { readonly at: string; readonly action: string; readonly detail: unknown }[]
  /** The data of each module, by the module's name. */
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * Exports the personal data of a user as a JSON-compatible object.
 * @param sources the personal data of each module
 * @throws BillfoldError `user.not-found`
 */
export async function exportUser(
  services: Services,
  sources: readonly PersonalData[],
  key: UserKey,
): Promise<UserExport> {
  const { tenant, userId } = key
  const [user] = await services.storage.find(users, { where: { id: userId, tenant }, limit: 1 })
  if (user === undefined) throw new BillfoldError('user.not-found')
  const rows = await listIdentifiers(services, userId)
  const identifiers = await Promise.all(
    rows.map(async (row) => ({
      kind: row.kind,
      value: await openIdentifier(services, row),
      verifiedBy: row.verifiedBy,
      createdAt: toIso(row.createdAt),
    })),
  )
  const records = await services.storage.find(auditRecords, {
    where: { tenant, subject: userId },
    orderBy: [['id', 'desc']],
    limit: maxAuditRecords,
    mayBeStale: true,
  })
  const reading = { ...services, storage: toStaleReads(services.storage) }
  const collected = await Promise.all(
    sources.map(async ({ name, collect }) => [name, await collect(reading, key)] as const),
  )
  return {
    user: { id: user.id, reference: user.reference, createdAt: toIso(user.createdAt) },
    identifiers,
    audit: records.map(({ at, action, detail }) => ({ at: toIso(at), action, detail: parseDetail(detail) })),
    data: Object.fromEntries(collected.filter(([, data]) => data !== undefined)),
  }
}

function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function parseDetail(json: string | null): unknown {
  return json === null ? undefined : JSON.parse(json)
}
