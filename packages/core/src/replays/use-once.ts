import { createHash } from 'node:crypto'
import { BillfoldError } from '../errors.ts'
import { batch, type Insert, insert, isCommitError, remove, type Storage } from '../storage/index.ts'
import { usedOnce } from './table.ts'

/** The write that uses a value up for a purpose; in a commit of its own or with what it stands for. A second one is a duplicate. */
export function useOf(purpose: string, tenant: string, value: string, expiresAt: number): Insert {
  const id = createHash('sha256')
    .update(JSON.stringify([purpose, tenant, value]))
    .digest('base64url')
  return insert(usedOnce, { id, expiresAt })
}

/**
 * Uses a value up. Of any number at once, in any number of processes, one succeeds.
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

/** Forgets what has expired. */
export async function forgetUsed(storage: Storage, now: number): Promise<void> {
  await storage.commit(batch(remove(usedOnce, { where: { expiresAt: { lte: now } }, hits: 'any' })))
}
