import type { Outcome, Reason } from '@billfold/core/biometrics'

/** Name and version of the model in outcomes and in the audit log. */
export const model = Object.freeze({ name: 'face-api resnet-34, 128', version: '1.7.15/1' })

/** Creates an outcome that asks for a better image. */
export function retry(reasons: readonly Reason[]): Outcome {
  return { decision: 'retry', reasons, model }
}

/** Creates a failed outcome without a score. */
export function refusal(reasons: readonly Reason[]): Outcome {
  return { decision: 'fail', reasons, model }
}

/** Creates a passed outcome without a score. */
export function pass(): Outcome {
  return { decision: 'pass', reasons: [], model }
}

/** Creates an outcome with a score from a distance: 0 to 1, and 0.5 at the threshold distance. */
export function byDistance(decision: Outcome['decision'], distance: number, threshold: number): Outcome {
  return { decision, score: toScore(distance, threshold), threshold: 0.5, reasons: [], model }
}

function toScore(distance: number, threshold: number): number {
  return 1 / (1 + Math.exp((distance - threshold) / 0.05))
}
