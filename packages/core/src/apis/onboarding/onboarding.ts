import type { Guard } from '../../http/index.ts'
import type { Services } from '../../services.ts'
import type { OnboardingSettings } from './options.ts'

/** What the routes of this API share. */
export interface Onboarding {
  readonly services: Services
  readonly settings: OnboardingSettings
  readonly open: Guard
  /** Who brings a C-JWT, which the route reads. */
  readonly challenged: Guard
  /** Wallets, by their W-JWT. */
  readonly wallet: Guard
}
