import type { VerifiedDevice } from '../../../identity/devices/device-key.ts'
import { findTrustedDevice } from '../../../identity/devices/trusted-devices.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import type { RateLimitResult } from '../../../platform/rate-limits/index.ts'
import type { Services } from '../../../platform/services.ts'
import type { SessionContext } from '../session-context.ts'
import type { SessionRow } from '../session.ts'

/** Requires that a session has a face attempt left. @throws BillfoldError `session.no-attempts-left` */
export function assertFaceAttemptLeft({ faceAttempts }: SessionRow, maxAttempts: number): void {
  if (faceAttempts >= maxAttempts) throw new BillfoldError('session.no-attempts-left')
}

/** The share of a licence's limit that one source address can use up. */
const sourceShare = 0.1

/**
 * Counts a face attempt against the limit of the licence that created the session. Anybody can start a session of another service, and
 * get sessions of this one by asking to log in: those of one source must not use up the limit of all. The licence itself, which sends the
 * faces of its users from one address, has the whole limit.
 * @throws BillfoldError `rate.limited`
 */
export async function consumeLicenceAttempt(
  {
    services,
    faceAttemptsPerLicence,
  }: Pick<SessionContext, 'faceAttemptsPerLicence'> & { readonly services: Pick<Services, 'rateLimiter'> },
  { id, source = 'unknown' }: Actor,
  { tenant, creatorId }: Pick<SessionRow, 'tenant' | 'creatorId'>,
): Promise<void> {
  const subject = creatorId ?? `foreign session ${source}`
  if (creatorId !== null && creatorId !== id) {
    const { limit, windowSeconds } = faceAttemptsPerLicence
    const own = { name: 'face attempts per licence and source', subject: `${creatorId} ${source}`, tenant }
    const share = { limit: Math.ceil(limit * sourceShare), windowSeconds }
    assertAllowed(await services.rateLimiter.consume(own, share))
  }
  const key = { name: 'face attempts per licence', subject, tenant }
  assertAllowed(await services.rateLimiter.consume(key, faceAttemptsPerLicence))
}

/**
 * Counts the start of a liveness check against the limit of the user. It names no device yet, so it is counted for each source: the
 * starts of strangers do not use up those of the user.
 * @throws BillfoldError `rate.limited`
 */
export async function consumeUserStart(
  { services, faceAttemptsPerUser }: SessionContext,
  { source = 'unknown' }: Actor,
  { tenant, userId }: SessionRow,
): Promise<void> {
  if (userId === null) return
  const key = { name: 'liveness starts per user', subject: `${userId} ${source}`, tenant }
  assertAllowed(await services.rateLimiter.consume(key, faceAttemptsPerUser))
}

/**
 * Counts a submitted face against the limit of the user. A device that the user trusts has a limit of its own, which strangers cannot
 * use up in sessions that they start for the user.
 * @throws BillfoldError `rate.limited`
 */
export async function consumeUserAttempt(
  { services, faceAttemptsPerUser }: SessionContext,
  { tenant, userId }: SessionRow,
  device: VerifiedDevice | undefined,
): Promise<void> {
  if (userId === null) return
  const { rateLimiter } = services
  const name = 'face attempts per user'
  const result = await rateLimiter.consume({ name, subject: userId, tenant }, faceAttemptsPerUser)
  if (result.allowed) return
  const trusted = await findTrustedDevice(services, tenant, userId, device)
  if (trusted === undefined) throw toRateLimitError(result)
  const ownDevice = { name, subject: `${userId} device ${trusted.thumbprint}`, tenant }
  assertAllowed(await rateLimiter.consume(ownDevice, faceAttemptsPerUser))
}

function assertAllowed(result: RateLimitResult): void {
  if (!result.allowed) throw toRateLimitError(result)
}

function toRateLimitError({ retryAfterSeconds }: RateLimitResult): BillfoldError {
  return new BillfoldError('rate.limited', { retryAfterSeconds })
}
