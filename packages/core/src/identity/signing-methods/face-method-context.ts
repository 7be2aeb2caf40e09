import type { VerifierClient } from '../biometrics/verifier-client.ts'
import type { VerificationConfiguration } from '../biometrics/verification-configurations.ts'
import type { FaceRecognition } from '../biometrics/face-recognition.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { RateLimitRule } from '../../platform/rate-limits/index.ts'
import type { SigningMethodRow } from './sealing.ts'
import type { Services } from '../../platform/services.ts'

/** Dependencies of signing methods with a face binding. */
export interface FaceMethodContext {
  readonly services: Services
  /** Undefined if the host has not configured face recognition. */
  readonly faces: FaceRecognition | undefined
  /** Community that the faces are enrolled in. */
  readonly community: string
  /** Minimum liveness assurance. */
  readonly liveness: VerificationConfiguration['liveness']
  /** Limit of face attempts per user, shared with sessions. */
  readonly faceAttemptsPerUser: RateLimitRule
}

/** Returns the face recognition and its verifier. @throws BillfoldError `signing-method.no-verifier` */
export function requireFaceRecognition({ faces }: FaceMethodContext): {
  readonly faces: FaceRecognition
  readonly verifier: VerifierClient
} {
  if (faces?.verifier === undefined) throw new BillfoldError('signing-method.no-verifier')
  return { faces, verifier: faces.verifier }
}

/**
 * Counts a face attempt, or the start of a liveness check, of the owner of a method. They are counted apart, so that starting checks,
 * which no device proves, cannot use up the attempts of the user's logins.
 * @throws BillfoldError `rate.limited`
 */
export async function limitFaceAttempts(
  { services, faceAttemptsPerUser }: FaceMethodContext,
  { tenant, ownerId, device }: Pick<SigningMethodRow, 'tenant' | 'ownerId' | 'device'>,
  name: 'face attempts per user' | 'face checks started per user',
): Promise<void> {
  // Only the method's own device comes as far as an attempt, so that nobody else can use up its limit.
  const subject = name === 'face attempts per user' ? `${ownerId} device ${device ?? ''}` : ownerId
  const { allowed, retryAfterSeconds } = await services.rateLimiter.consume(
    { name, subject, tenant },
    faceAttemptsPerUser,
  )
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}
