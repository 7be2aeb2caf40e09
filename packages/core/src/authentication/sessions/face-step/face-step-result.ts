import type { OutcomeReason } from '../../../identity/biometrics/outcome-reasons.ts'
import type { RetainedFaceData } from '../session-claims.ts'
import type { SessionRow } from '../session.ts'

/** The result of a face step. */
export interface FaceStepResult {
  /** The session after the step. */
  readonly session: SessionRow
  /** `pin`: the face matched, the PIN is required next. `retry`: another attempt is allowed. `enroll`: the user has no enrolled face. */
  readonly status: 'success' | 'pin' | 'retry' | 'enroll' | 'failure'
  /** A message to show to the user. */
  readonly message: string
  readonly reasons: readonly OutcomeReason[]
  /** The face data retained for the session's scopes, if the step completed the session. */
  readonly retainedData?: RetainedFaceData
}
