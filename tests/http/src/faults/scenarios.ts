import { authenticationScenario } from './authentication-scenario.ts'
import { custodyScenario } from './custody-scenario.ts'
import { didScenario } from './did-scenario.ts'
import { idempotencyScenario } from './idempotency-scenario.ts'
import { onboardingScenario } from './onboarding-scenario.ts'
import { paymentScenario } from './payment-scenario.ts'

/** A scenario for each API, and one for idempotency keys. */
export const scenarios = [
  custodyScenario,
  didScenario,
  paymentScenario,
  onboardingScenario,
  authenticationScenario,
  idempotencyScenario,
] as const
