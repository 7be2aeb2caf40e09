import { isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { storageLimits } from '../../kernel/storage/limits.ts'
import { identifiers } from './identifier-table.ts'
import { type Identifier, type IdentifierRow, computeIdentifierBlindIndex } from './identifiers.ts'

/** Query for an enrolment: a DID, a public key, or both of the same user. */
export interface EnrolmentQuery {
  readonly did?: string | undefined
  readonly publicKey?: string | undefined
}

/** An enrolled entry of the query, and the time of its enrolment in milliseconds since 1970. */
export interface EnrolmentMatch extends EnrolmentQuery {
  readonly createdAt: number
}

/** Maximum number of queries in one call. */
export const maxEnrolmentQueries = 1_000

/**
 * Returns the queries that match a user of the tenant, in input order. A DID and a public key in one query match only if
 * the same user has both. Unverified identifiers are ignored. Takes one storage read by the unique key, two for more than
 * 1,000 identifiers.
 */
export async function findEnrolments(
  services: Services,
  tenant: string,
  queries: readonly EnrolmentQuery[],
): Promise<readonly EnrolmentMatch[]> {
  const indexes = await Promise.all(queries.map((query) => blindIndexes(services, tenant, query)))
  const rows = await findVerifiedRows(services, tenant, [
    ...new Set(indexes.flat().filter((index) => index !== undefined)),
  ])
  return queries.flatMap((query, position) => {
    const wanted = indexes[position]
    const found = (wanted ?? []).flatMap((index) => (index === undefined ? [] : (rows.get(index) ?? [])))
    const [first] = found
    const isMatch = found.length === wanted?.length && found.every(({ userId }) => userId === first?.userId)
    if (!isMatch) return []
    return [{ ...query, createdAt: Math.max(...found.map(({ createdAt }) => createdAt)) }]
  })
}

/** Returns the blind index of each identifier of a query; undefined for a malformed identifier, which nobody can have. */
function blindIndexes(
  services: Services,
  tenant: string,
  { did, publicKey }: EnrolmentQuery,
): Promise<readonly (string | undefined)[]> {
  const presented: Identifier[] = []
  if (did !== undefined) presented.push({ kind: 'did', value: did })
  if (publicKey !== undefined) presented.push({ kind: 'public-key', value: publicKey })
  return Promise.all(
    presented.map(async (identifier) => {
      try {
        return await computeIdentifierBlindIndex(services, tenant, identifier)
      } catch (error) {
        if (isBillfoldError(error, 'input.invalid')) return undefined
        throw error
      }
    }),
  )
}

async function findVerifiedRows(
  { storage }: Services,
  tenant: string,
  indexes: readonly string[],
): Promise<ReadonlyMap<string, IdentifierRow>> {
  const chunks: string[][] = []
  for (let from = 0; from < indexes.length; from += storageLimits.valuesPerIn)
    chunks.push(indexes.slice(from, from + storageLimits.valuesPerIn))
  const found = await Promise.all(
    chunks.map((chunk) => storage.find(identifiers, { where: { tenant, blindIndex: { in: chunk } } })),
  )
  return new Map(found.flat().flatMap((row) => (row.verifiedBy === null ? [] : [[row.blindIndex, row]])))
}
