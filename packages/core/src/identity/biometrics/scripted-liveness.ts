import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { parseScriptedSelfie } from './scripted-selfie.ts'
import type { OutcomeReason } from './outcome-reasons.ts'
import type { BiometricVerifier, VerifierOutcome, VerifierContext } from './verifier.ts'

const poses = ['turn_left', 'turn_right', 'open_mouth'] as const
const challengeMs = 120_000
const stateShape = z.object({ steps: z.array(z.string()), expiresAt: z.number() })

/** Creates an outcome of the scripted verifier. */
export function scriptedOutcome(
  decision: VerifierOutcome['decision'],
  ...reasons: readonly OutcomeReason[]
): VerifierOutcome {
  const model = { name: 'scripted', version: '1' }
  return { decision, score: decision === 'pass' ? 0.98 : 0.12, threshold: 0.5, reasons, model }
}

/** Liveness challenge of three poses, which the frames must declare in order and for one person. */
export function scriptedLiveness(
  now: () => number,
  before: ((operation: string, context: VerifierContext) => void | Promise<void>) | undefined,
): Required<Pick<BiometricVerifier, 'startLiveness' | 'checkLiveness'>> {
  return {
    startLiveness: async (context) => {
      await before?.('startLiveness', context)
      const expiresAt = now() + challengeMs
      const steps = Array.from({ length: 3 }, () => poses[randomInt(poses.length)] ?? 'turn_left')
      return { state: JSON.stringify({ steps, expiresAt }), client: { steps }, expiresAt }
    },
    checkLiveness: async ({ evidence, state }, context) => {
      await before?.('checkLiveness', context)
      if (evidence.kind !== 'frames') return { outcome: scriptedOutcome('fail', 'other') }
      const { steps, expiresAt } = stateShape.parse(JSON.parse(state))
      if (expiresAt <= now()) return { outcome: scriptedOutcome('fail', 'expired') }
      const faces = evidence.frames.map(({ bytes }) => parseScriptedSelfie(bytes))
      if (faces.some(({ reason }) => reason === 'spoof')) return { outcome: scriptedOutcome('fail', 'spoof') }
      const done = faces.map(({ pose }) => pose).filter((pose) => pose !== undefined)
      const one = new Set(faces.map(({ person }) => person)).size === 1
      const isPassed = one && done.join(' ') === steps.join(' ')
      if (!isPassed) return { outcome: scriptedOutcome('fail', 'challenge_failed') }
      const image = evidence.frames.at(-1)
      // Scripted frames are the same in each test: they are not remembered.
      const frameHashes = { format: 'scripted/1', hashes: [], maxDistance: 0 }
      return { outcome: scriptedOutcome('pass'), frameHashes, ...(image !== undefined && { image }) }
    },
  }
}
