/** Every reason that an outcome can have, in words for a program. */
export const reasons = [
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

/** Why an outcome is what it is, for a program; `pending` with `retry` means that the vendor is not done yet. */
export type Reason = (typeof reasons)[number]
