import { sealOrComplain } from '../audit/seal.ts'
import { forgetRemovedFaces } from '../biometrics/remove-face.ts'
import { forgetFaceChecks } from '../credentials/begin-face-check.ts'
import { removeExpiredKeys } from '../encryption-keys/keys.ts'
import { removeOldDeliveries } from '../events/deliver.ts'
import { forgetKeys } from '../idempotency/index.ts'
import { deliverOutbox, removeOldMessages } from '../outbox/index.ts'
import { removeExpired } from '../rate-limits/index.ts'
import { forgetAnswers } from '../replays/answer-once.ts'
import { forgetUsed } from '../replays/use-once.ts'
import type { Services } from '../services.ts'
import { forgetAttempts } from '../sessions/face-attempt.ts'
import { removeOldSessions } from '../sessions/session.ts'
import { batch, batches, remove } from '../storage/index.ts'
import { lookAfterTransactions } from '../transactions/look-after.ts'
import { removeOldTransactions } from '../transactions/retention/retention.ts'
import { removeExpiredTickets } from '../wallet-login/index.ts'
import { eachStep } from './each-step.ts'

/** The result of a maintenance run. */
export interface Maintenance {
  /** Its duration in milliseconds. */
  readonly took: number
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
): Promise<Maintenance> {
  const { storage, now } = services
  const startedAt = now()
  await eachStep([
    () =>
      storage.commit(
        batch(remove(batches, { where: { committedAt: { lt: startedAt - batchRetentionMs } }, hits: 'any' })),
      ),
    () => removeExpired(storage, startedAt),
    () => forgetUsed(storage, startedAt),
    () => forgetAnswers(storage, startedAt),
    () => forgetKeys(storage, startedAt),
    () => removeExpiredKeys(services),
    () => removeExpiredTickets(services),
    ...further,
    () => removeOldSessions(storage, startedAt),
    () => forgetFaceChecks(storage, startedAt),
    () => forgetAttempts(storage, startedAt),
    () => forgetRemovedFaces(storage, startedAt),
    () => sealOrComplain(services, maxLinksPerRun),
    () => lookAfterTransactions(services),
    () => removeOldTransactions(services),
    deliver,
    () => removeOldMessages(services),
    () => removeOldDeliveries(services),
  ])
  return { took: now() - startedAt }
}
