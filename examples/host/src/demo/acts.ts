import { custodyActs } from './custody-acts.ts'
import { didActs } from './did-acts.ts'
import { faceActs } from './face-acts.ts'
import { onboardingActs } from './onboarding-acts.ts'
import { paymentActs } from './payment-acts.ts'
import type { Act } from './act.ts'

/** What the console may ask the host to do in its place, by name. There is no other way to the host's service key. */
export const acts: Readonly<Record<string, Act>> = {
  ...custodyActs,
  ...onboardingActs,
  ...faceActs,
  ...didActs,
  ...paymentActs,
}
