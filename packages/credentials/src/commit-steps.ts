import { batch, isCommitError, type Storage, type Write } from '@billfold/core/storage'

/** A write that can fail, and the error that the caller then gets. */
export interface CommitStep {
  readonly write: Write
  /** Undefined for a write that cannot conflict: the error of the storage is passed on. */
  readonly conflict?: () => Error
}

/**
 * Commits writes all or none.
 * @throws the error of the write that conflicts; CommitError if it has none
 */
export async function commitSteps(storage: Storage, ...steps: readonly CommitStep[]): Promise<void> {
  try {
    await storage.commit(batch(...steps.map(({ write }) => write)))
  } catch (error) {
    const conflict = isCommitError(error) ? steps[error.index]?.conflict : undefined
    throw conflict === undefined ? error : conflict()
  }
}
