import type { VerifierOutcome, OutcomeReason } from '@billfold/core/biometrics'

/** Name and version of the model in outcomes and in the audit log. */
export const modelInfo = Object.freeze({ name: 'face-api resnet-34, 128', version: '1.7.15/1' })

/** Creates an outcome that asks for a better image. */
export function retryOutcome(reasons: readonly OutcomeReason[]): VerifierOutcome {
  return { decision: 'retry', reasons, model: modelInfo }
}

/** Creates a failed outcome without a score. */
export function failOutcome(reasons: readonly OutcomeReason[]): VerifierOutcome {
  return { decision: 'fail', reasons, model: modelInfo }
}

/** Creates a passed outcome without a score. */
export function passOutcome(): VerifierOutcome {
  return { decision: 'pass', reasons: [], model: modelInfo }
}

/** Creates an outcome with a score from a distance: 0 to 1, and 0.5 at the threshold distance. */
export function outcomeByDistance(
  decision: VerifierOutcome['decision'],
  distance: number,
  threshold: number,
): VerifierOutcome {
  return { decision, score: toScore(distance, threshold), threshold: 0.5, reasons: [], model: modelInfo }
}

function toScore(distance: number, threshold: number): number {
  return 1 / (1 + Math.exp((distance - threshold) / 0.05))
}
