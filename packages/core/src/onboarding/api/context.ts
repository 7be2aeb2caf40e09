import type { Guard } from '../../http/index.ts'
import type { Services } from '../../platform/services.ts'
import type { EvidenceSource } from '../presentations/evidence-source.ts'
import type { OnboardingSettings } from './options.ts'

/** Context shared by the routes of this API. */
export interface OnboardingContext {
  readonly services: Services
  readonly settings: OnboardingSettings
  /** Returns what verifies credentials, if a module does. */
  readonly evidenceSource: () => EvidenceSource | undefined
  /** Admits everybody. */
  readonly publicGuard: Guard
  /** Requires a C-JWT, which the route verifies. */
  readonly challengeGuard: Guard
  /** Authenticates wallets by W-JWT. */
  readonly walletGuard: Guard
  /** Authenticates wallets, and admits pages of `loginOrigins`, which bring a user token. */
  readonly loginGuard: Guard
}
