import { randomInt } from 'node:crypto'
import type { Reason } from '@billfold/core/biometrics'
import type { Face } from './findings.ts'
import { distance } from './descriptors.ts'
import { limits } from './limits.ts'

/** Steps of a liveness challenge. `turn_left` is towards the person's own left. */
export const steps = ['turn_left', 'turn_right', 'open_mouth'] as const

/** A step of a liveness challenge. */
export type Step = (typeof steps)[number]

/** Number of steps of a challenge. */
export const challengeLength = 3

/** Returns random steps without immediate repetition: one of 12 challenges. */
export function randomChallenge(): Step[] {
  const challenge: Step[] = []
  while (challenge.length < challengeLength) {
    const step = steps[randomInt(steps.length)]
    if (step !== undefined && step !== challenge.at(-1)) challenge.push(step)
  }
  return challenge
}

/**
 * Returns why the faces on the frames do not pass the challenge; empty if they do. The first frame must look straight ahead
 * with the mouth closed, the others must show the steps in order, and all must be of one person.
 */
export function challengeReasons(challenge: readonly Step[], faces: readonly Face[]): Reason[] {
  const [first, ...others] = faces
  if (first === undefined || others.length !== challenge.length) return ['challenge_failed']
  const straight = Math.abs(first.yaw) <= limits.straightYaw && first.mouthOpen <= limits.closedMouth
  const done = challenge.every((step, index) => showsStep(step, first, others[index]))
  const same = others.every(({ descriptor }) => distance(first.descriptor, descriptor) <= limits.challengeDistance)
  return straight && done && same ? [] : ['challenge_failed']
}

/** The person's own left is the right edge of an image that is not mirrored. */
function showsStep(step: Step, first: Face, face: Face | undefined): boolean {
  if (face === undefined) return false
  switch (step) {
    case 'turn_left':
      return face.yaw - first.yaw >= limits.turnedYaw
    case 'turn_right':
      return first.yaw - face.yaw >= limits.turnedYaw
    case 'open_mouth':
      return face.mouthOpen - first.mouthOpen >= limits.openedMouth && Math.abs(face.yaw) <= limits.turnedYaw
  }
}
