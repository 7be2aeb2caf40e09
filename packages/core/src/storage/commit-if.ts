import { isCommitError, type Storage, type Write } from './storage.ts'
import { batch } from './writes.ts'

/** Commits the writes if they hold; false when one of them does not, since another process was faster. */
export async function committed(
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
