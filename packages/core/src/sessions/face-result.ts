import type { Reason } from '../biometrics/reasons.ts'
import type { Outcome } from '../biometrics/verifier.ts'
import type { KeptOfFace } from './scoped-data.ts'
import type { SessionRow } from './session.ts'

/** What came of a face. */
export interface FaceResult {
  /** The session as it is now. */
  readonly session: SessionRow
  /** `pin`: the face is right, and the PIN is due. `retry`: try again. `enroll`: the user must enrol first. */
  readonly status: 'success' | 'pin' | 'retry' | 'enroll' | 'failure'
  /** For a person. */
  readonly message: string
  readonly reasons: readonly Reason[]
  /** What is kept of the face with this step, where it ends the session well. */
  readonly kept?: KeptOfFace
}

/** What to tell a person, by what the verifier saw. Only what they can do something about. */
const advice: Partial<Record<Reason, string>> = {
  no_face: 'No face was seen',
  multiple_faces: 'More than one face was seen',
  too_small: 'Come closer',
  too_dark: 'It is too dark',
  too_bright: 'It is too bright',
  blurred: 'Hold still',
  extreme_pose: 'Look straight into the camera',
  challenge_failed: 'The movements were not the ones asked for',
  expired: 'It took too long',
  pending: 'Not ready yet, try again in a moment',
}

/** Advice for a refused face. A face that is not the user's is told as little as possible. */
export function messageFor({ reasons }: Outcome): string {
  const told = reasons.map((reason) => advice[reason]).find((text) => text !== undefined)
  return told ?? 'The face was not recognised'
}
