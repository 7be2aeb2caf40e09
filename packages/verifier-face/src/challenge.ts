import { randomInt } from 'node:crypto'
import type { OutcomeReason } from '@billfold/core/biometrics'
import { descriptorDistance } from './descriptors.ts'
import type { FrameMeasurements, MeasuredFace } from './findings.ts'
import { hammingDistance } from './frame-hashes.ts'
import { thresholds } from './thresholds.ts'

/** Steps of a liveness challenge. `turn_left` is towards the person's own left. */
export const challengeSteps = ['turn_left', 'turn_right', 'open_mouth'] as const

/** A step of a liveness challenge. */
export type LivenessStep = (typeof challengeSteps)[number]

/** Number of steps of a challenge. */
export const challengeLength = 3

/** Returns random steps without immediate repetition: one of 12 challenges. */
export function randomChallengeSteps(): LivenessStep[] {
  const challenge: LivenessStep[] = []
  while (challenge.length < challengeLength) {
    const step = challengeSteps[randomInt(challengeSteps.length)]
    if (step !== undefined && step !== challenge.at(-1)) challenge.push(step)
  }
  return challenge
}

/** A frame of a challenge on which a face was found. */
export interface ChallengeFrame {
  readonly face: MeasuredFace
  readonly frame: FrameMeasurements
}

/**
 * Returns why the frames do not pass the challenge; empty if they do. The faces must show the steps, and the frames must differ as those
 * of a camera before a moving head do.
 */
export function findChallengeFailures(
  challenge: readonly LivenessStep[],
  frames: readonly ChallengeFrame[],
): OutcomeReason[] {
  const failures = findPoseFailures(
    challenge,
    frames.map(({ face }) => face),
  )
  if (failures.length > 0) return failures
  const spoofed =
    hasRepeatedPicture(challenge, frames) || hasStillSurroundings(challenge, frames) || isRecordedScreen(frames)
  return spoofed ? ['spoof'] : []
}

/** Returns true if two frames for which the head was turned to the same side are one picture, also if it was encoded again. */
function hasRepeatedPicture(challenge: readonly LivenessStep[], [, ...frames]: readonly ChallengeFrame[]): boolean {
  return challenge.some((step, index) =>
    challenge.some((other, later) => {
      const [a, b] = [frames[index]?.frame.hash, frames[later]?.frame.hash]
      // A still head that opens the mouth twice can look the same both times.
      if (step === 'open_mouth' || later <= index || other !== step || a === undefined || b === undefined) return false
      return hammingDistance(a, b) <= thresholds.samePictureDistance
    }),
  )
}

/** Returns true if the face turned on a frame, but what surrounds it did not move, or has too little contrast to see it move. */
function hasStillSurroundings(challenge: readonly LivenessStep[], [, ...frames]: readonly ChallengeFrame[]): boolean {
  return challenge.some(
    (step, index) =>
      step !== 'open_mouth' && (frames[index]?.frame.stillSurroundings ?? 1) > thresholds.maxStillSurroundings,
  )
}

/** Returns true if most frames have a periodic pattern: the pixels of a screen, or the dots of a print. */
function isRecordedScreen(frames: readonly ChallengeFrame[]): boolean {
  const periodic = frames.filter(({ frame }) => frame.periodicity > thresholds.maxPeriodicity)
  return periodic.length * 2 > frames.length
}

/**
 * Returns why the faces on the frames do not pass the challenge; empty if they do. The first frame must look straight ahead
 * with the mouth closed, the others must show the steps in order, and all must be of one person.
 */
function findPoseFailures(challenge: readonly LivenessStep[], faces: readonly MeasuredFace[]): OutcomeReason[] {
  const [first, ...others] = faces
  if (first === undefined || others.length !== challenge.length) return ['challenge_failed']
  const straight = Math.abs(first.yaw) <= thresholds.maxStraightYaw && first.mouthOpening <= thresholds.maxClosedMouth
  const done = challenge.every((step, index) => showsStep(step, first, others[index]))
  const same = others.every(
    ({ descriptor }) => descriptorDistance(first.descriptor, descriptor) <= thresholds.challengeDistance,
  )
  return straight && done && same ? [] : ['challenge_failed']
}

/** The person's own left is the right edge of an image that is not mirrored. */
function showsStep(step: LivenessStep, first: MeasuredFace, face: MeasuredFace | undefined): boolean {
  if (face === undefined) return false
  switch (step) {
    case 'turn_left':
      return face.yaw - first.yaw >= thresholds.minTurnYaw
    case 'turn_right':
      return first.yaw - face.yaw >= thresholds.minTurnYaw
    case 'open_mouth':
      return (
        face.mouthOpening - first.mouthOpening >= thresholds.minMouthOpening &&
        Math.abs(face.yaw) <= thresholds.minTurnYaw
      )
  }
}
