import { checkpointOrLog } from '../platform/audit/checkpoint.ts'
import { purgeRemovedFaces } from '../identity/biometrics/remove-face.ts'
import { purgeExpiredFaceChecks } from '../identity/signing-methods/start-face-check.ts'
import { purgeExpiredEncryptionKeys } from '../identity/encryption-keys/encryption-keys.ts'
import { purgeOldDeliveries } from '../platform/events/deliver-events.ts'
import { purgeExpiredIdempotencyKeys } from '../platform/idempotency/index.ts'
import { deliverOutbox, purgeOldMessages } from '../platform/outbox/index.ts'
import { purgeExpiredRateLimits } from '../platform/rate-limits/index.ts'
import { purgeExpiredReplies } from '../platform/replay-protection/claim-request.ts'
import { purgeExpiredNonces } from '../platform/replay-protection/nonces.ts'
import type { Services } from '../platform/services.ts'
import { purgeOldFaceAttempts } from '../authentication/sessions/face-step/face-attempts.ts'
import { purgeExpiredSessions } from '../authentication/sessions/session.ts'
import { batch, appliedBatches, remove } from '../kernel/storage/index.ts'
import { reconcileTransactions } from '../custody/transactions/tracking/reconcile.ts'
import { purgeTransactions } from '../custody/transactions/retention/purge-transactions.ts'
import { purgeExpiredTickets } from '../onboarding/wallet-login/index.ts'
import { runAllSteps } from '../kernel/concurrency/settle-all.ts'

/** The result of a maintenance run. */
export interface MaintenanceResult {
  /** Its duration in milliseconds. */
  readonly durationMs: number
}

/** How long batch ids are retained, in milliseconds: far longer than a commit is retried. */
const batchRetentionMs = 24 * 60 * 60 * 1000

/** The maximum number of audit chain links per call: 20,000 records. The next call continues. */
const maxLinksPerRun = 40

/**
 * Runs all maintenance steps. Deletes batch ids older than a day and everything that has expired: rate limits, nonces,
 * idempotency keys, encryption keys, old transactions. Extends the audit chain, reconciles transactions that are not
 * final, and delivers the outbox. Concurrent runs are safe. A failed step does not prevent the next ones, except if the
 * storage is unavailable.
 * @throws the error of a step, or an AggregateError if several failed
 */
export async function maintain(
  services: Services,
  further: readonly (() => Promise<unknown>)[] = [],
  deliver: () => Promise<unknown> = () => deliverOutbox(services),
): Promise<MaintenanceResult> {
  const { storage, now } = services
  const startedAt = now()
  await runAllSteps([
    () =>
      storage.commit(
        batch(
          remove(appliedBatches, { where: { committedAt: { lt: startedAt - batchRetentionMs } }, expectedRows: 'any' }),
        ),
      ),
    () => purgeExpiredRateLimits(storage, startedAt),
    () => purgeExpiredNonces(storage, startedAt),
    () => purgeExpiredReplies(storage, startedAt),
    () => purgeExpiredIdempotencyKeys(storage, startedAt),
    () => purgeExpiredEncryptionKeys(services),
    () => purgeExpiredTickets(services),
    ...further,
    () => purgeExpiredSessions(storage, startedAt),
    () => purgeExpiredFaceChecks(storage, startedAt),
    () => purgeOldFaceAttempts(storage, startedAt),
    () => purgeRemovedFaces(storage, startedAt),
    () => checkpointOrLog(services, maxLinksPerRun),
    () => reconcileTransactions(services),
    () => purgeTransactions(services),
    deliver,
    () => purgeOldMessages(services),
    () => purgeOldDeliveries(services),
  ])
  return { durationMs: now() - startedAt }
}
