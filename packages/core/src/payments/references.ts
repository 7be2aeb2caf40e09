import { createHash } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { type Insert, insert, isCommitError, StaleRead } from '../storage/index.ts'
import { moneyReferences } from './tables.ts'

/** What a reference stands for: who asked, and for what exactly. */
export interface ReferenceUse {
  readonly tenant: string
  readonly reference: string
  readonly userId: string
  /** All that was asked for: a repeat must ask for the same. */
  readonly content: readonly string[]
}

/**
 * What was done under a reference: undefined where it is new, the id of the act where the same user asked for the same.
 * @throws BillfoldError `reference.reused` where anybody used it for anything else
 */
export async function actUnder(services: Services, use: ReferenceUse): Promise<string | undefined> {
  const { tenant, reference } = use
  const [row] = await services.storage.find(moneyReferences, { where: { tenant, reference }, limit: 1 })
  if (row === undefined) return undefined
  if (row.userId !== use.userId || row.content !== contentHash(use)) throw new BillfoldError('reference.reused')
  return row.subject
}

/**
 * Decides under a reference that was new a moment ago. A refusal does not count where the reference was used meanwhile: it may be the
 * first of two same requests that took the money, and the second must be answered alike. Inside a `decide`, which then reads anew.
 * @throws StaleRead, and what `work` throws
 */
export async function unlessUsedMeanwhile<T>(
  services: Services,
  use: ReferenceUse | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (use !== undefined && !isCommitError(error) && (await actUnder(services, use)) !== undefined)
      throw new StaleRead(undefined, { cause: error })
    throw error
  }
}

/** The write that uses a reference up, in the commit of the act; a duplicate where another was faster. */
export function referenceRow(use: ReferenceUse, subject: string): Insert {
  const { tenant, reference, userId } = use
  return insert(moneyReferences, { tenant, reference, userId, subject, content: contentHash(use) })
}

function contentHash({ content }: ReferenceUse): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url')
}
