import { BillfoldError } from '../../kernel/errors.ts'
import { type FaceRecognition, requireVerifier } from './face-recognition.ts'
import { meetsLivenessRequirement, type VerificationConfiguration } from './verification-configurations.ts'
import type { Evidence, FaceImage } from './verifier.ts'

/** The evidence presented to show a face: a still image, or the input of a liveness check. */
export interface PresentedEvidence {
  readonly selfie?: FaceImage | undefined
  readonly frames?: readonly FaceImage[] | undefined
  /** The id of a liveness session at the vendor. */
  readonly livenessSessionId?: string | undefined
  /** The payload produced by the vendor's SDK. */
  readonly payload?: { readonly format: string; readonly bytes: Uint8Array } | undefined
}

/**
 * Selects the presented evidence that a configuration requires. A single still image never satisfies one that requires liveness. Runs
 * before the attempt is counted.
 * @throws BillfoldError `liveness.required`, `selfie.invalid`; `verifier.unavailable` if the verifier's assurance is below the required one
 */
export function selectEvidence(
  faces: FaceRecognition,
  configuration: Pick<VerificationConfiguration, 'liveness'>,
  presented: PresentedEvidence,
): Evidence {
  const { capabilities } = requireVerifier(faces)
  if (!meetsLivenessRequirement(configuration, capabilities))
    throw new BillfoldError('verifier.unavailable', {
      cause: new Error('the verifier does not reach the required liveness assurance'),
    })
  const { selfie, frames = [], livenessSessionId, payload } = presented
  if (configuration.liveness === 'none' && selfie !== undefined) return { kind: 'image', image: selfie }
  if (capabilities.liveness === 'none') throw new BillfoldError('selfie.invalid')
  if (livenessSessionId !== undefined) return { kind: 'session', sessionId: livenessSessionId }
  if (payload !== undefined) return { kind: 'payload', ...payload }
  if (frames.length > 1) return { kind: 'frames', frames }
  throw new BillfoldError('liveness.required')
}
