import { BillfoldError } from '../kernel/errors.ts'
import type { Services } from '../platform/services.ts'
import { type Insert, insert, isCommitError, type RowOf, StaleReadError } from '../kernel/storage/index.ts'
import { referenceClaims } from './tables.ts'

/** The namespace of the references that gateways use. Each user has another, named by the user id. */
export const gatewayCaller = 'gateway'

/** A row of `reference_claims`. */
export type ReferenceClaimRow = RowOf<typeof referenceClaims>

/** An idempotency reference, with the user and the request that it belongs to. */
export interface ReferenceClaim {
  readonly tenant: string
  /** The namespace: the id of the user who makes the request, or `gateway`. Nobody can use up the references of another. */
  readonly caller: string
  readonly reference: string
  readonly userId: string
  /** The compared fields of the request. A repeat must have the same. */
  readonly requestFields: readonly string[]
}

/**
 * Finds the result of an earlier request with this reference.
 * @returns the id of the payment or transaction; undefined if the reference is new
 * @throws BillfoldError `reference.reused` if the caller used it for another user or another request
 */
export async function findByReference(services: Services, claim: ReferenceClaim): Promise<string | undefined> {
  return toSubjectId(services, claim, await findReferenceClaim(services, claim))
}

/** Finds the row of a reference. */
export async function findReferenceClaim(
  services: Services,
  claim: Pick<ReferenceClaim, 'tenant' | 'caller' | 'reference'>,
): Promise<ReferenceClaimRow | undefined> {
  const { tenant, caller } = claim
  const referenceIndex = await computeReferenceIndex(services, claim)
  return (await services.storage.find(referenceClaims, { where: { tenant, caller, referenceIndex }, limit: 1 }))[0]
}

/**
 * Returns the result of the earlier request that has claimed the reference.
 * @param row the row of {@link findReferenceClaim}
 * @returns undefined if the reference is new
 * @throws BillfoldError `reference.reused` if the caller used it for another user or another request
 */
export async function toSubjectId(
  services: Services,
  claim: ReferenceClaim,
  row: ReferenceClaimRow | undefined,
): Promise<string | undefined> {
  if (row === undefined) return undefined
  if (row.userId !== claim.userId || row.contentHash !== (await fingerprint(services, claim)))
    throw new BillfoldError('reference.reused')
  return row.subjectId
}

/**
 * Runs `work` for a reference that was unused a moment ago. If `work` fails and the reference was used meanwhile, a
 * concurrent identical request succeeded first (and took the money, for example), so this retries instead of failing.
 * Call it inside `retryOnConflict`.
 * @throws StaleReadError, and the errors of `work`
 */
export async function retryIfReferenceUsed<T>(
  services: Services,
  claim: ReferenceClaim | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (claim !== undefined && !isCommitError(error) && (await findByReference(services, claim)) !== undefined)
      throw new StaleReadError(undefined, { cause: error })
    throw error
  }
}

/**
 * The write that claims a reference, for the commit of the operation. Its unique key fails if a concurrent request
 * claimed it first.
 */
export async function referenceClaimWrite(
  services: Services,
  claim: ReferenceClaim,
  subjectId: string,
): Promise<Insert> {
  const { tenant, caller, userId } = claim
  const referenceIndex = await computeReferenceIndex(services, claim)
  const contentHash = await fingerprint(services, claim)
  return insert(referenceClaims, { tenant, caller, referenceIndex, userId, subjectId, contentHash })
}

/** Computes the blind index of a reference, by which it is looked up. Users choose references, so they are not stored as text. */
export function computeReferenceIndex(
  { blindIndex }: Pick<Services, 'blindIndex'>,
  { tenant, reference }: Pick<ReferenceClaim, 'tenant' | 'reference'>,
): Promise<string> {
  return blindIndex.hash('payments:reference', tenant, reference)
}

/** Keyed, since the fields could be guessed from a plain hash. */
function fingerprint(
  { blindIndex }: Pick<Services, 'blindIndex'>,
  { tenant, requestFields }: ReferenceClaim,
): Promise<string> {
  return blindIndex.hash('payments:reference content', tenant, JSON.stringify(requestFields))
}
