import { createHash } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { type Insert, insert, isCommitError, StaleRead } from '../storage/index.ts'
import { moneyReferences } from './tables.ts'

/** An idempotency reference, with the user and the request that it belongs to. */
export interface ReferenceUse {
  readonly tenant: string
  readonly reference: string
  readonly userId: string
  /** The compared fields of the request. A repeat must have the same. */
  readonly content: readonly string[]
}

/**
 * Finds the result of an earlier request with this reference.
 * @returns the id of the payment or transaction; undefined if the reference is new
 * @throws BillfoldError `reference.reused` if the reference belongs to another user or to another request
 */
export async function actUnder(services: Services, claim: ReferenceUse): Promise<string | undefined> {
  const { tenant, reference } = claim
  const [row] = await services.storage.find(moneyReferences, { where: { tenant, reference }, limit: 1 })
  if (row === undefined) return undefined
  if (row.userId !== claim.userId || row.content !== fingerprint(claim)) throw new BillfoldError('reference.reused')
  return row.subject
}

/**
 * Runs `work` for a reference that was unused a moment ago. If `work` fails and the reference was used meanwhile, a
 * concurrent identical request succeeded first (and took the money, for example), so this retries instead of failing.
 * Call it inside `retryOnConflict`.
 * @throws StaleReadError, and the errors of `work`
 */
export async function unlessUsedMeanwhile<T>(
  services: Services,
  claim: ReferenceUse | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (claim !== undefined && !isCommitError(error) && (await actUnder(services, claim)) !== undefined)
      throw new StaleRead(undefined, { cause: error })
    throw error
  }
}

/**
 * The write that claims a reference, for the commit of the operation. Its unique key fails if a concurrent request
 * claimed it first.
 */
export function referenceRow(claim: ReferenceUse, subject: string): Insert {
  const { tenant, reference, userId } = claim
  return insert(moneyReferences, { tenant, reference, userId, subject, content: fingerprint(claim) })
}

function fingerprint({ content }: ReferenceUse): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url')
}
