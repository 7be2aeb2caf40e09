import { custodyActs } from './custody-acts.ts'
import { didActs } from './did-acts.ts'
import { faceActs } from './face-acts.ts'
import { onboardingActs } from './onboarding-acts.ts'
import { paymentActs } from './payment-acts.ts'
import type { Act } from './act.ts'

/** Actions by name. The console can use the host's service key through these only. */
export const acts: Readonly<Record<string, Act>> = {
  ...custodyActs,
  ...onboardingActs,
  ...faceActs,
  ...didActs,
  ...paymentActs,
}
