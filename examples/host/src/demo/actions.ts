import { custodyDemoActions } from './custody-actions.ts'
import { didDemoActions } from './did-actions.ts'
import { faceDemoActions } from './face-actions.ts'
import { onboardingDemoActions } from './onboarding-actions.ts'
import { passkeyDemoActions } from './passkey-actions.ts'
import { paymentDemoActions } from './payment-actions.ts'
import type { DemoAction } from './demo-action.ts'

/** Actions by name. The console can use the host's service key through these only. */
export const demoActions: Readonly<Record<string, DemoAction>> = {
  ...custodyDemoActions,
  ...onboardingDemoActions,
  ...faceDemoActions,
  ...passkeyDemoActions,
  ...didDemoActions,
  ...paymentDemoActions,
}
