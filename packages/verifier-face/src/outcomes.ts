import type { Outcome, Reason } from '@billfold/core/biometrics'

/** The model, as it is named in the audit trail. */
export const model = Object.freeze({ name: 'face-api resnet-34, 128', version: '1.7.15/1' })

/** What can be tried again with a better image; anything else is an answer. */
export function retry(reasons: readonly Reason[]): Outcome {
  return { decision: 'retry', reasons, model }
}

/** An answer without a score. */
export function refusal(reasons: readonly Reason[]): Outcome {
  return { decision: 'fail', reasons, model }
}

/** A pass without a score. */
export function pass(): Outcome {
  return { decision: 'pass', reasons: [], model }
}

/** An answer by distance: the score is 0 to 1, and one half just at the threshold. */
export function byDistance(decision: Outcome['decision'], distance: number, threshold: number): Outcome {
  return { decision, score: scoreOf(distance, threshold), threshold: 0.5, reasons: [], model }
}

function scoreOf(distance: number, threshold: number): number {
  return 1 / (1 + Math.exp((distance - threshold) / 0.05))
}
