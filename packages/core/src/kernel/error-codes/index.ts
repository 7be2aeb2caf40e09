import { authenticationErrors } from './authentication.ts'
import { custodyErrors } from './custody.ts'
import { didErrors } from './dids.ts'
import { httpErrors } from './http.ts'
import {
  biometricsErrors,
  deviceErrors,
  licenceErrors,
  serviceKeyErrors,
  signingMethodErrors,
  userErrors,
} from './identity.ts'
import { kernelErrors } from './kernel.ts'
import { onboardingErrors } from './onboarding.ts'
import { paymentErrors } from './payments.ts'
import {
  actErrors,
  auditErrors,
  idempotencyErrors,
  rateLimitErrors,
  replayProtectionErrors,
  secureChannelErrors,
  tokenErrors,
  webhookErrors,
} from './platform.ts'

/**
 * All error codes of Billfold, each with its default HTTP status and a message that is safe to show to any caller. An API
 * may map a code to another status where its document prescribes one. Each module declares its part; the parts are
 * in the kernel because an error needs its status wherever it is thrown.
 */
export const errorTable = {
  ...kernelErrors,
  ...httpErrors,
  ...tokenErrors,
  ...rateLimitErrors,
  ...replayProtectionErrors,
  ...idempotencyErrors,
  ...secureChannelErrors,
  ...actErrors,
  ...auditErrors,
  ...webhookErrors,
  ...userErrors,
  ...signingMethodErrors,
  ...biometricsErrors,
  ...deviceErrors,
  ...serviceKeyErrors,
  ...licenceErrors,
  ...authenticationErrors,
  ...custodyErrors,
  ...didErrors,
  ...onboardingErrors,
  ...paymentErrors,
} as const
