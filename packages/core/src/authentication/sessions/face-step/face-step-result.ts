import type { RetainedFaceData } from '../session-claims.ts'
import type { SessionRow } from '../session.ts'

/** The result of a step that begins a session: with a face, a passkey, or straight at the PIN. */
export interface FaceStepResult {
  /** The session after the step. */
  readonly session: SessionRow
  /** `pin`: the face or the passkey was accepted, the PIN is required next. `retry`: another attempt is allowed. `enroll`: the user has no enrolled face. */
  readonly status: 'success' | 'pin' | 'retry' | 'enroll' | 'failure'
  /** A message to show to the user. */
  readonly message: string
  readonly reasons: readonly string[]
  /** The face data retained for the session's scopes, if the step completed the session. */
  readonly retainedData?: RetainedFaceData
}
