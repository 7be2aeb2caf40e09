import { createHash } from 'node:crypto'
import { BillfoldError } from '../../kernel/errors.ts'
import {
  batch,
  type Insert,
  insert,
  isCommitError,
  type Storage,
  deleteInBatches,
  type ReportRows,
} from '../../kernel/storage/index.ts'
import { consumedNonces } from './consumed-nonces-table.ts'

/**
 * Returns the write that consumes a nonce. Commit it alone or with the writes that it protects. The second commit fails
 * with a duplicate key.
 *
 * @param expiresAt - the time from which the nonce would be rejected anyway, in epoch milliseconds
 */
export function consumeNonceWrite(purpose: string, tenant: string, value: string, expiresAt: number): Insert {
  const id = createHash('sha256')
    .update(JSON.stringify([purpose, tenant, value]))
    .digest('base64url')
  return insert(consumedNonces, { id, expiresAt })
}

/**
 * Consumes a nonce. Of any number of concurrent calls, in any number of processes, exactly one succeeds.
 * @throws BillfoldError `request.replayed`
 */
export async function consumeNonce(storage: Storage, use: Insert): Promise<void> {
  try {
    await storage.commit(batch(use))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('request.replayed', { cause: error })
    throw error
  }
}

/** Deletes expired nonces. */
export async function purgeExpiredNonces(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, consumedNonces, { expiresAt: { lte: now } }, report)
}
