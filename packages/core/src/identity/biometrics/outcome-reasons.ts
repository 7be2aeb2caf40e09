/** All reasons that an outcome can have. */
export const outcomeReasons = [
  'no_face',
  'multiple_faces',
  'too_small',
  'too_dark',
  'too_bright',
  'blurred',
  'extreme_pose',
  'low_confidence',
  'spoof',
  'challenge_failed',
  'expired',
  'pending',
  'other',
] as const

/** Machine-readable reason of an outcome. `pending` with the decision `retry` means that the vendor has not finished yet. */
export type OutcomeReason = (typeof outcomeReasons)[number]
