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

/** What a host decides about faces, sessions and devices. */
export interface FaceOptions {
  /** What tells faces apart. Without one, routes that need it answer 503. */
  readonly verifier?: BiometricVerifier
  readonly verifierLimits?: VerifierLimits
  /** How much memory the galleries of the process may take, in bytes (256 MiB), and how many templates one may have (200,000). */
  readonly galleries?: { readonly bytes?: number; readonly rows?: number }
  /** Decides about the risk of a login, once the face has matched. */
  readonly assess?: AssessRisk
  readonly hooks?: SessionHooks
  /** Face attempts about one user, over all sessions: 30 an hour. */
  readonly attemptsOfUser?: RateLimitRule
  /** Face attempts by one licence or service key: 6,000 an hour. */
  readonly attemptsOfLicence?: RateLimitRule
  /** Session services whose sessions may be opened here: none. */
  readonly sessionServices?: readonly ForeignService[]
  /** Resolves the names of those; the system's resolver. */
  readonly resolve?: Resolve
  /** Where the authentication page is: `/v2/authentication` below the public URL. */
  readonly authenticationPage?: string
  /** How the page of our own looks, what it says, and where it may go back to. */
  readonly page?: PageOptions
  /** How long the `user_token` of a login is good for, in seconds: 900. */
  readonly userTokenSeconds?: number
}

/** Puts together what the steps of sessions stand on; once for an installation, since it has galleries in memory. */
export function sessionSetup(services: Services, options: FaceOptions = {}): SessionSetup {
  const { verifier: brought, verifierLimits } = options
  const verifier: CheckedVerifier | undefined =
    brought === undefined ? undefined : checkedVerifier(brought, verifierLimits)
  return {
    services,
    faces: { services, verifier, galleries: galleries(options.galleries) },
    assess: options.assess ?? defaultAssessment,
    attemptsOfUser: options.attemptsOfUser ?? { most: 30, seconds: 3600 },
    attemptsOfLicence: options.attemptsOfLicence ?? { most: 6000, seconds: 3600 },
    hooks: options.hooks ?? {},
  }
}
