import { authenticationScenario } from './authentication-scenario.ts'
import { custodyScenario } from './custody-scenario.ts'
import { didScenario } from './did-scenario.ts'
import { onboardingScenario } from './onboarding-scenario.ts'
import { paymentScenario } from './payment-scenario.ts'

/** One for each API. */
export const scenarios = [
  custodyScenario,
  didScenario,
  paymentScenario,
  onboardingScenario,
  authenticationScenario,
] as const
