import type { Evidence, StartedLiveness } from '@billfold/core/biometrics'
import { type Step, randomChallenge, steps } from './challenge.ts'

/** How long a challenge is good for, in milliseconds. */
export const challengeTime = 120_000

/** A challenge that was asked for. */
export interface Challenge {
  readonly steps: readonly Step[]
  readonly expiresAt: number
}

/** A new challenge. The browser is told the steps, and that it sends one frame before the first and one for each. */
export function startChallenge(now: number): StartedLiveness {
  const challenge: Challenge = { steps: randomChallenge(), expiresAt: now + challengeTime }
  return {
    state: JSON.stringify(challenge),
    client: { steps: challenge.steps, frames: challenge.steps.length + 1 },
    expiresAt: challenge.expiresAt,
  }
}

/** The challenge that a state holds; undefined for anything else. */
export function challengeIn(state: string): Challenge | undefined {
  try {
    const parsed: unknown = JSON.parse(state)
    if (typeof parsed !== 'object' || parsed === null || !('steps' in parsed) || !('expiresAt' in parsed))
      return undefined
    const { steps: given, expiresAt } = parsed
    if (!Array.isArray(given) || typeof expiresAt !== 'number') return undefined
    const known = given.flatMap((step: unknown) => steps.filter((name) => name === step))
    return known.length === given.length && known.length > 0 ? { steps: known, expiresAt } : undefined
  } catch {
    return undefined
  }
}

/** The frames of evidence, when there are as many as the challenge wants. */
export function framesFor(challenge: Challenge, evidence: Evidence): Extract<Evidence, { kind: 'frames' }>['frames'] {
  const wanted = challenge.steps.length + 1
  return evidence.kind === 'frames' && evidence.frames.length === wanted ? evidence.frames : []
}
