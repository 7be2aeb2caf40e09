import type { Guard } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import type { OnboardingSettings } from './options.ts'

/** Context shared by the routes of this API. */
export interface Onboarding {
  readonly services: Services
  readonly settings: OnboardingSettings
  /** Admits everybody. */
  readonly open: Guard
  /** Requires a C-JWT, which the route verifies. */
  readonly challenged: Guard
  /** Authenticates wallets by W-JWT. */
  readonly wallet: Guard
}
