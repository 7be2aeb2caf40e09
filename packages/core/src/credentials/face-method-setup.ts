import type { CheckedVerifier } from '../biometrics/checked-verifier.ts'
import type { VerificationConfiguration } from '../biometrics/configurations.ts'
import type { Faces } from '../biometrics/faces.ts'
import { BillfoldError } from '../errors.ts'
import type { RateLimitRule } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'

/** Dependencies of signing methods with a face binding. */
export interface FaceMethodSetup {
  readonly services: Services
  /** Undefined if the host has not configured face recognition. */
  readonly faces: Faces | undefined
  /** Community that the faces are enrolled in. */
  readonly community: string
  /** Minimum liveness assurance. */
  readonly liveness: VerificationConfiguration['liveness']
  /** Limit of face attempts per user, shared with sessions. */
  readonly attemptsOfUser: RateLimitRule
}

/** Returns the face recognition and its verifier. @throws BillfoldError `signing-method.no-verifier` */
export function verifierIn({ faces }: FaceMethodSetup): {
  readonly faces: Faces
  readonly verifier: CheckedVerifier
} {
  if (faces?.verifier === undefined) throw new BillfoldError('signing-method.no-verifier')
  return { faces, verifier: faces.verifier }
}
