import { forEachConcurrent } from '../../kernel/concurrency/async.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { storageLimits } from '../../kernel/storage/limits.ts'
import { type ControlsDid, isStillControlled } from './did-control.ts'
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

/** How many DIDs are looked up at once. */
const lookupConcurrency = 8

/** Maximum number of queries in one call. */
export const maxEnrolmentQueries = 1_000

/**
 * Returns the queries that match a user of the tenant, in input order. A DID and a public key in one query match only if
 * the same user has both. Unverified identifiers are ignored, and DIDs whose user does not control them any more. Takes one storage read
 * by the unique key, two for more than 1,000 identifiers, and a lookup for each DID that a signature has verified.
 * @throws BillfoldError `transaction.chain-unavailable`
 */
export async function findEnrolments(
  services: Services,
  tenant: string,
  queries: readonly EnrolmentQuery[],
  controlsDid: ControlsDid,
): Promise<readonly EnrolmentMatch[]> {
  const indexes = await Promise.all(queries.map((query) => blindIndexes(services, tenant, query)))
  const rows = await findVerifiedRows(services, tenant, [
    ...new Set(indexes.flat().filter((index) => index !== undefined)),
  ])
  await removeLostDids(rows, controlsDid, queries, indexes)
  return queries.flatMap((query, position) => {
    const wanted = indexes[position]
    const found = (wanted ?? []).flatMap((index) => (index === undefined ? [] : (rows.get(index) ?? [])))
    const [first] = found
    const isMatch = found.length === wanted?.length && found.every(({ userId }) => userId === first?.userId)
    if (!isMatch) return []
    return [{ ...query, createdAt: Math.max(...found.map(({ createdAt }) => createdAt)) }]
  })
}

/** Removes the rows of DIDs that their users do not control any more. */
async function removeLostDids(
  rows: Map<string, IdentifierRow>,
  controlsDid: ControlsDid,
  queries: readonly EnrolmentQuery[],
  indexes: readonly (readonly (string | undefined)[])[],
): Promise<void> {
  const dids = new Map<string, string>()
  for (const [position, { did }] of queries.entries()) {
    // The DID is the first identifier of a query.
    const index = indexes[position]?.[0]
    if (did !== undefined && index !== undefined && rows.has(index)) dids.set(index, did)
  }
  await forEachConcurrent([...dids], lookupConcurrency, async ([index, did]) => {
    const row = rows.get(index)
    if (row !== undefined && !(await isStillControlled(controlsDid, row, did))) rows.delete(index)
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
): Promise<Map<string, IdentifierRow>> {
  const chunks: string[][] = []
  for (let from = 0; from < indexes.length; from += storageLimits.valuesPerIn)
    chunks.push(indexes.slice(from, from + storageLimits.valuesPerIn))
  const found = await Promise.all(
    chunks.map((chunk) => storage.find(identifiers, { where: { tenant, blindIndex: { in: chunk } } })),
  )
  return new Map(found.flat().flatMap((row) => (row.verifiedBy === null ? [] : [[row.blindIndex, row]])))
}
