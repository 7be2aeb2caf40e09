import type { CheckedVerifier } from '../biometrics/checked-verifier.ts'
import type { VerificationConfiguration } from '../biometrics/configurations.ts'
import type { Faces } from '../biometrics/faces.ts'
import { BillfoldError } from '../errors.ts'
import type { RateLimitRule } from '../rate-limits/index.ts'
import type { Services } from '../services.ts'

/** What signing methods that take a face stand on. */
export interface FaceMethodSetup {
  readonly services: Services
  /** Undefined where the host has set up no faces at all. */
  readonly faces: Faces | undefined
  /** The community that the faces are enrolled in. */
  readonly community: string
  /** The least assurance that a live person is there. */
  readonly liveness: VerificationConfiguration['liveness']
  /** Face attempts about one user, counted together with those of sessions. */
  readonly attemptsOfUser: RateLimitRule
}

/** The faces and their verifier. @throws BillfoldError `signing-method.no-verifier` */
export function verifierIn({ faces }: FaceMethodSetup): {
  readonly faces: Faces
  readonly verifier: CheckedVerifier
} {
  if (faces?.verifier === undefined) throw new BillfoldError('signing-method.no-verifier')
  return { faces, verifier: faces.verifier }
}
