import type { Write } from '../../kernel/storage/index.ts'
import type { SessionRow } from './session.ts'

/**
 * A step that was decided but not committed. The caller builds its reply from `result`, and commits `writes` together with those that
 * store the reply. `writes` include the preconditions of the decision: if the commit fails because of them, decide again.
 */
export interface DecidedStep<Result extends { readonly session: SessionRow }> {
  /** `session` is the session as it is once the writes are committed. */
  readonly result: Result
  readonly writes: readonly Write[]
}
