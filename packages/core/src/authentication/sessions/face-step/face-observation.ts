import type { VerifierOutcome } from '../../../identity/biometrics/verifier.ts'
import type { FaceObservation } from '../../../platform/acts/act.ts'
import type { FaceMatched } from './face-step-types.ts'
import { isVirtualCamera, type RiskInput } from './risk-assessment.ts'

/** Describes a face that matched, for the modules that authorize the login. */
export function toFaceObservation(
  { outcome, liveness }: Pick<FaceMatched, 'outcome' | 'liveness'>,
  cameraIndicator: RiskInput['cameraIndicator'] = {},
): FaceObservation {
  return {
    distance: toDistance(outcome),
    liveness: liveness?.score === undefined ? undefined : clamp(liveness.score),
    isVirtualCamera: isVirtualCamera(cameraIndicator),
  }
}

/** Scores are from 0 to 1, and a match has at least its threshold. A verifier that reports another range says nothing here. */
function toDistance({ score, threshold }: VerifierOutcome): number | undefined {
  if (score === undefined || threshold === undefined || threshold < 0 || threshold >= 1) return undefined
  return clamp((1 - score) / (1 - threshold))
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
