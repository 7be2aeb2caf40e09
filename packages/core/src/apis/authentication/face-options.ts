import { type CheckedVerifier, checkedVerifier, type VerifierLimits } from '../../biometrics/checked-verifier.ts'
import { galleries } from '../../biometrics/galleries.ts'
import type { BiometricVerifier } from '../../biometrics/verifier.ts'
import type { RateLimitRule } from '../../rate-limits/index.ts'
import type { Services } from '../../services.ts'
import type { Resolve } from '../../outgoing/checked-request.ts'
import type { ForeignService } from '../../sessions/foreign-session.ts'
import type { SessionSetup, SessionHooks } from '../../sessions/setup.ts'
import { type AssessRisk, defaultAssessment } from '../../sessions/risk.ts'
import type { PageOptions } from './page/page-options.ts'

/** Options for face verification, sessions and devices. */
export interface FaceOptions {
  /** The face verifier. Without one, routes that need it respond with 503. */
  readonly verifier?: BiometricVerifier
  /** Limits of calls to the verifier. */
  readonly verifierLimits?: VerifierLimits
  /** Limits of the in-memory galleries: total memory in bytes (default 256 MiB), and templates per gallery (default 200,000). */
  readonly galleries?: { readonly bytes?: number; readonly rows?: number }
  /** Assesses the risk of a login once the face has matched. */
  readonly assess?: AssessRisk
  /** Callbacks for ended sessions. */
  readonly hooks?: SessionHooks
  /** Rate limit of face attempts per user, over all sessions. Default: 30 per hour. */
  readonly attemptsOfUser?: RateLimitRule
  /** Rate limit of face attempts per licence or service key. Default: 6,000 per hour. */
  readonly attemptsOfLicence?: RateLimitRule
  /** Other session services, whose sessions may be imported. Default: none. */
  readonly sessionServices?: readonly ForeignService[]
  /** Resolves the host names of `sessionServices`. Default: the system's resolver. */
  readonly resolve?: Resolve
  /** The URL of the authentication page. Default: `/v2/authentication` below the public URL. */
  readonly authenticationPage?: string
  /** Theme, texts and return origins of the built-in authentication page. */
  readonly page?: PageOptions
  /** Lifetime of the `user_token` of a login, in seconds. Default: 900. */
  readonly userTokenSeconds?: number
}

/** Creates the context of session steps. Call it once per process, because it caches galleries in memory. */
export function sessionSetup(services: Services, options: FaceOptions = {}): SessionSetup {
  const { verifierLimits } = options
  const verifier: CheckedVerifier | undefined =
    options.verifier === undefined ? undefined : checkedVerifier(options.verifier, verifierLimits)
  return {
    services,
    faces: { services, verifier, galleries: galleries(options.galleries) },
    assess: options.assess ?? defaultAssessment,
    attemptsOfUser: options.attemptsOfUser ?? { most: 30, seconds: 3600 },
    attemptsOfLicence: options.attemptsOfLicence ?? { most: 6000, seconds: 3600 },
    hooks: options.hooks ?? {},
  }
}
