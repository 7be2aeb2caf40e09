import type { Evidence, StartedLiveness } from '@billfold/core/biometrics'
import { type LivenessStep, randomChallengeSteps, challengeSteps } from './challenge.ts'

/** Lifetime of a challenge in milliseconds. */
export const challengeLifetimeMs = 120_000

/** A started challenge. */
export interface Challenge {
  readonly steps: readonly LivenessStep[]
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** Starts a challenge. The browser sends one neutral frame and one frame per step. */
export function startChallenge(now: number): StartedLiveness {
  const challenge: Challenge = { steps: randomChallengeSteps(), expiresAt: now + challengeLifetimeMs }
  return {
    state: JSON.stringify(challenge),
    client: { steps: challenge.steps, frames: challenge.steps.length + 1 },
    expiresAt: challenge.expiresAt,
  }
}

/** Parses the state of a challenge; undefined if it is invalid. */
export function parseChallenge(state: string): Challenge | undefined {
  try {
    const parsed: unknown = JSON.parse(state)
    if (typeof parsed !== 'object' || parsed === null || !('steps' in parsed) || !('expiresAt' in parsed))
      return undefined
    const { steps: names, expiresAt } = parsed
    if (!Array.isArray(names) || typeof expiresAt !== 'number') return undefined
    const known = names.flatMap((step: unknown) => challengeSteps.filter((name) => name === step))
    return known.length === names.length && known.length > 0 ? { steps: known, expiresAt } : undefined
  } catch {
    return undefined
  }
}

/** Returns the frames of the evidence; empty unless their number matches the challenge. */
export function selectChallengeFrames(
  challenge: Challenge,
  evidence: Evidence,
): Extract<Evidence, { kind: 'frames' }>['frames'] {
  const expected = challenge.steps.length + 1
  return evidence.kind === 'frames' && evidence.frames.length === expected ? evidence.frames : []
}
