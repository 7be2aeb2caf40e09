import { custodyDemoActions } from './custody-actions.ts'
import { credentialDemoActions } from './credential-actions.ts'
import { didDemoActions } from './did-actions.ts'
import { faceDemoActions } from './face-actions.ts'
import { onboardingDemoActions } from './onboarding-actions.ts'
import { passkeyDemoActions } from './passkey-actions.ts'
import { paymentDemoActions } from './payment-actions.ts'
import type { DemoAction } from './demo-action.ts'

/** Actions by name. The console can use the host's service key through these only. */
export const demoActions: Readonly<Record<string, DemoAction>> = {
  // The console asks at load whether its key is that of this start of the host.
  key: async () => true,
  ...custodyDemoActions,
  ...onboardingDemoActions,
  ...faceDemoActions,
  ...passkeyDemoActions,
  ...credentialDemoActions,
  ...didDemoActions,
  ...paymentDemoActions,
}
