import type { ControlsDid } from '../../identity/users/did-control.ts'
import type { IdentityServices } from '../../identity/services.ts'
import {
  type VerifierClient,
  createVerifierClient,
  type VerifierLimits,
} from '../../identity/biometrics/verifier-client.ts'
import { createGalleryCache } from '../../identity/biometrics/gallery-cache.ts'
import type { BiometricVerifier } from '../../identity/biometrics/verifier.ts'
import type { RateLimitRule } from '../../platform/rate-limits/index.ts'
import type { DnsResolver } from '../../platform/http-client/ssrf-safe-request.ts'
import type { ForeignSessionService } from '../sessions/foreign-sessions/foreign-session.ts'
import type { ListWalletClaims } from '../sessions/session-claims.ts'
import type { SessionContext, SessionHooks } from '../sessions/session-context.ts'
import { type AssessRisk, defaultRiskAssessment } from '../sessions/face-step/risk-assessment.ts'
import type { PageOptions } from './page/page-options.ts'

/** Options for face verification, sessions and devices. */
export interface FaceOptions {
  /** The face verifier. Without one, routes that need it respond with 503. */
  readonly verifier?: BiometricVerifier
  /** Limits of calls to the verifier. */
  readonly verifierLimits?: VerifierLimits
  /** Limits of the in-memory galleries: total memory in bytes (default 256 MiB), and templates per gallery (default 200,000). */
  readonly galleries?: { readonly maxBytes?: number; readonly maxRows?: number }
  /** Assesses the risk of a login once the face has matched. */
  readonly assessRisk?: AssessRisk
  /** Callbacks for ended sessions. */
  readonly hooks?: SessionHooks
  /** Rate limit of face attempts per user, over all sessions. Default: 30 per hour. */
  readonly faceAttemptsPerUser?: RateLimitRule
  /** Rate limit of face attempts per licence or service key. Default: 6,000 per hour. */
  readonly faceAttemptsPerLicence?: RateLimitRule
  /** Other session services, whose sessions may be imported. Default: none. */
  readonly sessionServices?: readonly ForeignSessionService[]
  /** Resolves the host names of `sessionServices`. Default: the system's resolver. */
  readonly dnsResolver?: DnsResolver
  /** The URL of the authentication page. Default: `/v2/authentication` below the public URL. */
  readonly authenticationPageUrl?: string
  /** Theme, languages, relying party and return origins of the built-in authentication page. */
  readonly page?: PageOptions
  /** Lifetime of the `user_token` of a login, in seconds. Default: 900. */
  readonly userTokenTtlSeconds?: number
}

/**
 * Creates the context of session steps. Call it once per process, because it caches galleries in memory.
 * @param listWalletClaims lists the wallets for the scope `wallet`; by default there are none
 * @param controlsDid looks up who controls a DID; by default nobody does
 */
export function createSessionContext(
  services: IdentityServices,
  options: FaceOptions = {},
  listWalletClaims: ListWalletClaims = () => Promise.resolve([]),
  controlsDid: ControlsDid = () => Promise.resolve(false),
): SessionContext {
  const { verifierLimits } = options
  const verifier: VerifierClient | undefined =
    options.verifier === undefined ? undefined : createVerifierClient(options.verifier, verifierLimits)
  return {
    services,
    faces: { services, verifier, galleries: createGalleryCache(options.galleries) },
    assessRisk: options.assessRisk ?? defaultRiskAssessment,
    faceAttemptsPerUser: options.faceAttemptsPerUser ?? { limit: 30, windowSeconds: 3600 },
    faceAttemptsPerLicence: options.faceAttemptsPerLicence ?? { limit: 6000, windowSeconds: 3600 },
    hooks: options.hooks ?? {},
    listWalletClaims,
    controlsDid,
  }
}
