import { isBillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { storageLimits } from '../storage/limits.ts'
import { identifiers } from './identifier-table.ts'
import { type Identifier, type IdentifierRow, lookupOf } from './identifiers.ts'

/** What an enrolment is asked by: a DID, a public key, or both of one user. */
export interface EnrolmentAsked {
  readonly did?: string | undefined
  readonly publicKey?: string | undefined
}

/** One that is enrolled: what it was asked by, and since when, in milliseconds since 1970. */
export interface Enrolled extends EnrolmentAsked {
  readonly createdAt: number
}

/** How many may be asked for at once. */
export const mostEntries = 1_000

/**
 * Those of these that users of the tenant have, in the order that they were asked for. A DID and a public key together are enrolled where one
 * user has both. An identifier that nobody verified does not count. One query by the unique key, or two where more than 1,000
 * identifiers are asked for.
 */
export async function findEnrolled(
  services: Services,
  tenant: string,
  asked: readonly EnrolmentAsked[],
): Promise<readonly Enrolled[]> {
  const wanted = await Promise.all(asked.map((entry) => lookupsOf(services, tenant, entry)))
  const rows = await rowsByLookup(services, tenant, [
    ...new Set(wanted.flat().filter((lookup) => lookup !== undefined)),
  ])
  return asked.flatMap((entry, index) => {
    const found = (wanted[index] ?? []).flatMap((lookup) => (lookup === undefined ? [] : (rows.get(lookup) ?? [])))
    const [first] = found
    const all = found.length === wanted[index]?.length && found.every(({ userId }) => userId === first?.userId)
    if (!all) return []
    return [{ ...entry, createdAt: Math.max(...found.map(({ createdAt }) => createdAt)) }]
  })
}

/** One lookup for each identifier of an entry; undefined for what cannot be one, and so is nobody's. */
function lookupsOf(
  services: Services,
  tenant: string,
  { did, publicKey }: EnrolmentAsked,
): Promise<readonly (string | undefined)[]> {
  const given: Identifier[] = []
  if (did !== undefined) given.push({ kind: 'did', value: did })
  if (publicKey !== undefined) given.push({ kind: 'public-key', value: publicKey })
  return Promise.all(
    given.map(async (identifier) => {
      try {
        return await lookupOf(services, tenant, identifier)
      } catch (error) {
        if (isBillfoldError(error, 'input.invalid')) return undefined
        throw error
      }
    }),
  )
}

async function rowsByLookup(
  { storage }: Services,
  tenant: string,
  lookups: readonly string[],
): Promise<ReadonlyMap<string, IdentifierRow>> {
  const parts: string[][] = []
  for (let from = 0; from < lookups.length; from += storageLimits.in)
    parts.push(lookups.slice(from, from + storageLimits.in))
  const found = await Promise.all(
    parts.map((part) => storage.find(identifiers, { where: { tenant, lookup: { in: part } } })),
  )
  return new Map(found.flat().flatMap((row) => (row.verifiedBy === null ? [] : [[row.lookup, row]])))
}
