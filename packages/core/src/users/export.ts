import { auditRecords } from '../audit/table.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { identifiersOf, openIdentifier } from './identifiers.ts'
import type { PersonalData, UserKey } from './personal-data.ts'
import { users } from './table.ts'

/** Most records of the audit trail that an export holds, newest first. */
const mostRecords = 10_000

/** What is known of a person. Times are ISO 8601. */
export interface UserExport {
  readonly user: { readonly id: string; readonly reference: string | null; readonly createdAt: string }
  readonly identifiers: readonly {
    readonly kind: string
    readonly value: string
    readonly verifiedBy: string | null
    readonly createdAt: string
  }[]
  /** What was done to the user. */
  readonly audit: readonly { readonly at: string; readonly act: string; readonly detail: unknown }[]
  /** What each capability knows, by its name. */
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * Everything that is known of a person, as JSON can hold it.
 * @throws BillfoldError `user.unknown`
 */
export async function exportUser(
  services: Services,
  known: readonly PersonalData[],
  key: UserKey,
): Promise<UserExport> {
  const { tenant, userId } = key
  const [user] = await services.storage.find(users, { where: { id: userId, tenant }, limit: 1 })
  if (user === undefined) throw new BillfoldError('user.unknown')
  const rows = await identifiersOf(services, userId)
  const identifiers = await Promise.all(
    rows.map(async (row) => ({
      kind: row.kind,
      value: await openIdentifier(services, row),
      verifiedBy: row.verifiedBy,
      createdAt: iso(row.createdAt),
    })),
  )
  const records = await services.storage.find(auditRecords, {
    where: { tenant, subject: userId },
    orderBy: [['id', 'desc']],
    limit: mostRecords,
  })
  const collected = await Promise.all(
    known.map(async ({ name, collect }) => [name, await collect(services, key)] as const),
  )
  return {
    user: { id: user.id, reference: user.reference, createdAt: iso(user.createdAt) },
    identifiers,
    audit: records.map(({ at, act, detail }) => ({ at: iso(at), act, detail: detailOf(detail) })),
    data: Object.fromEntries(collected.filter(([, data]) => data !== undefined)),
  }
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}

function detailOf(json: string | null): unknown {
  return json === null ? undefined : JSON.parse(json)
}
