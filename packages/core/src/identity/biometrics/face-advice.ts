import type { OutcomeReason } from './outcome-reasons.ts'
import type { VerifierOutcome } from './verifier.ts'

/** Messages by the verifier's reason. Covers only the reasons that the user can act on. */
const advice: Partial<Record<OutcomeReason, string>> = {
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

/** Returns advice for a rejected face. Says as little as possible if the face is not the user's. */
export function faceAdvice({ reasons }: VerifierOutcome): string {
  const message = reasons.map((reason) => advice[reason]).find((text) => text !== undefined)
  return message ?? 'The face was not recognised'
}
