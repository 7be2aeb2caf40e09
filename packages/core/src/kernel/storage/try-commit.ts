import { isCommitError, type Storage, type Write } from './storage.ts'
import { batch } from './writes.ts'

/** Commits the writes in one batch. Returns false if a condition failed or a key was taken, usually by a concurrent process. */
export async function tryCommit(
  { storage }: { readonly storage: Storage },
  ...writes: readonly Write[]
): Promise<boolean> {
  try {
    await storage.commit(batch(...writes))
    return true
  } catch (error) {
    if (isCommitError(error)) return false
    throw error
  }
}
