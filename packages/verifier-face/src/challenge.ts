import { randomInt } from 'node:crypto'
import type { Reason } from '@billfold/core/biometrics'
import type { Face } from './findings.ts'
import { distance } from './descriptors.ts'
import { limits } from './limits.ts'

/** What a person can be asked to do before the camera. `turn_left` is towards the person's own left. */
export const steps = ['turn_left', 'turn_right', 'open_mouth'] as const

/** One of {@link steps}. */
export type Step = (typeof steps)[number]

/** How many steps a challenge has. */
export const challengeLength = 3

/** A random challenge, in which no step follows itself: one of 12. */
export function randomChallenge(): Step[] {
  const challenge: Step[] = []
  while (challenge.length < challengeLength) {
    const step = steps[randomInt(steps.length)]
    if (step !== undefined && step !== challenge.at(-1)) challenge.push(step)
  }
  return challenge
}

/**
 * Why the faces on the frames do not show the challenge; empty when they do. The first frame looks straight ahead with the
 * mouth closed, the others show the steps in order, and all are of one person.
 */
export function challengeReasons(challenge: readonly Step[], faces: readonly Face[]): Reason[] {
  const [first, ...others] = faces
  if (first === undefined || others.length !== challenge.length) return ['challenge_failed']
  const straight = Math.abs(first.yaw) <= limits.straightYaw && first.mouthOpen <= limits.closedMouth
  const done = challenge.every((step, index) => shows(step, first, others[index]))
  const same = others.every(({ descriptor }) => distance(first.descriptor, descriptor) <= limits.challengeDistance)
  return straight && done && same ? [] : ['challenge_failed']
}

/** A person's own left is the right edge of an image that is not mirrored. */
function shows(step: Step, first: Face, face: Face | undefined): boolean {
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
