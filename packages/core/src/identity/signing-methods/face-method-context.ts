import type { VerifierClient } from '../biometrics/verifier-client.ts'
import type { VerificationConfiguration } from '../biometrics/verification-configurations.ts'
import type { FaceRecognition } from '../biometrics/face-recognition.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { RateLimitRule } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'

/** Dependencies of signing methods with a face binding. */
export interface FaceMethodContext {
  readonly services: Services
  /** Undefined if the host has not configured face recognition. */
  readonly faces: FaceRecognition | undefined
  /** Community that the faces are enrolled in. */
  readonly community: string
  /** Minimum liveness assurance. */
  readonly liveness: VerificationConfiguration['liveness']
  /** Limit of face attempts per user, shared with sessions. */
  readonly faceAttemptsPerUser: RateLimitRule
}

/** Returns the face recognition and its verifier. @throws BillfoldError `signing-method.no-verifier` */
export function requireFaceRecognition({ faces }: FaceMethodContext): {
  readonly faces: FaceRecognition
  readonly verifier: VerifierClient
} {
  if (faces?.verifier === undefined) throw new BillfoldError('signing-method.no-verifier')
  return { faces, verifier: faces.verifier }
}
