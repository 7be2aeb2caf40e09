import { createHash } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { batch, type Insert, insert, isCommitError, remove, type Storage } from '../storage/index.ts'
import { usedOnce } from './table.ts'

/**
 * Returns the write that consumes a nonce. Commit it alone or with the writes that it protects. The second commit fails
 * with a duplicate key.
 *
 * @param expiresAt - the time from which the nonce would be rejected anyway, in epoch milliseconds
 */
export function useOf(purpose: string, tenant: string, value: string, expiresAt: number): Insert {
  const id = createHash('sha256')
    .update(JSON.stringify([purpose, tenant, value]))
    .digest('base64url')
  return insert(usedOnce, { id, expiresAt })
}

/**
 * Consumes a nonce. Of any number of concurrent calls, in any number of processes, exactly one succeeds.
 * @throws BillfoldError `request.replayed`
 */
export async function useOnce(storage: Storage, use: Insert): Promise<void> {
  try {
    await storage.commit(batch(use))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('request.replayed', { cause: error })
    throw error
  }
}

/** Deletes expired nonces. */
export async function forgetUsed(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(usedOnce, { where: { expiresAt: { lte: now } }, hits: 'any' })))
}
