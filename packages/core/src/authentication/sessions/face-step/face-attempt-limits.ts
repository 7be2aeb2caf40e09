import { BillfoldError } from '../../../kernel/errors.ts'
import type { RateLimitRule } from '../../../platform/rate-limits/index.ts'
import type { SessionContext } from '../session-context.ts'
import type { SessionRow } from '../session.ts'

/** Requires that a session has a face attempt left. @throws BillfoldError `session.no-attempts-left` */
export function assertFaceAttemptLeft({ faceAttempts }: SessionRow, maxAttempts: number): void {
  if (faceAttempts >= maxAttempts) throw new BillfoldError('session.no-attempts-left')
}

/** Counts a face attempt against the limits of the licence that created the session and of its user. @throws BillfoldError `rate.limited` */
export async function consumeFaceAttemptLimits(
  sessionContext: SessionContext,
  { tenant, creatorId, userId }: SessionRow,
): Promise<void> {
  const { faceAttemptsPerLicence, faceAttemptsPerUser } = sessionContext
  const licence = { name: 'face attempts per licence', subject: creatorId ?? 'foreign session', tenant }
  await assertRateLimit(sessionContext, licence, faceAttemptsPerLicence)
  if (userId === null) return
  await assertRateLimit(
    sessionContext,
    { name: 'face attempts per user', subject: userId, tenant },
    faceAttemptsPerUser,
  )
}

async function assertRateLimit(
  { services }: SessionContext,
  key: { readonly name: string; readonly subject: string; readonly tenant: string },
  rule: RateLimitRule,
): Promise<void> {
  const { allowed, retryAfterSeconds } = await services.rateLimiter.consume(key, rule)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}
