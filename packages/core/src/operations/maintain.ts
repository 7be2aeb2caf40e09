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

/** What was tidied up. */
export interface Maintenance {
  /** Milliseconds that it took. */
  readonly took: number
}

/** How long the id of a batch is remembered: far longer than anything tries a commit again. */
const batchMemory = 24 * 60 * 60 * 1000

/** How many links of the audit trail one call makes at most: 20,000 records. The next call goes on. */
const mostLinks = 40

/**
 * Removes the ids of batches of a day ago, and what has run out: rate limits, used nonces, idempotency keys, encryption keys,
 * old transactions. Seals the audit trail, looks after the transactions that are not final yet, and delivers the outbox. Doing
 * it twice at once does no harm. A step that fails holds up none of those after it, unless the storage cannot be reached.
 * @throws what a step threw; an AggregateError where several did
 */
export async function maintain(
  services: Services,
  further: readonly (() => Promise<unknown>)[] = [],
  deliver: () => Promise<unknown> = () => deliverOutbox(services),
): Promise<Maintenance> {
  const { storage, now } = services
  const begun = now()
  await eachStep([
    () => storage.commit(batch(remove(batches, { where: { committedAt: { lt: begun - batchMemory } }, hits: 'any' }))),
    () => removeExpired(storage, begun),
    () => forgetUsed(storage, begun),
    () => forgetAnswers(storage, begun),
    () => forgetKeys(storage, begun),
    () => removeExpiredKeys(services),
    () => removeExpiredTickets(services),
    ...further,
    () => removeOldSessions(storage, begun),
    () => forgetFaceChecks(storage, begun),
    () => forgetAttempts(storage, begun),
    () => forgetRemovedFaces(storage, begun),
    () => sealOrComplain(services, mostLinks),
    () => lookAfterTransactions(services),
    () => removeOldTransactions(services),
    deliver,
    () => removeOldMessages(services),
    () => removeOldDeliveries(services),
  ])
  return { took: now() - begun }
}
