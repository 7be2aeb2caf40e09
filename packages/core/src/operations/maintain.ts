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
import { removeOldSessions } from '../sessions/session-result.ts'
import { batch, batches, remove } from '../storage/index.ts'
import { lookAfterTransactions } from '../transactions/look-after.ts'
import { removeOldTransactions } from '../transactions/retention.ts'
import { removeExpiredTickets } from '../wallet-login/index.ts'

/** What was tidied up. */
export interface Maintenance {
  /** Milliseconds that it took. */
  readonly took: number
}

/** How long the id of a batch is remembered: far longer than anything tries a commit again. */
const batchMemory = 24 * 60 * 60 * 1000

/** How many links of the audit trail one call makes at most: 20,000 records. The next call goes on. */
const mostLinks = 40

/** Removes the ids of batches of a day ago, and what has run out: rate limits, used nonces, idempotency keys, encryption keys, old transactions. Seals the audit trail, looks after the transactions that are not final yet, and delivers the outbox. Doing it twice at once does no harm. */
export async function maintain(
  services: Services,
  further: readonly (() => Promise<void>)[] = [],
  deliver: () => Promise<unknown> = () => deliverOutbox(services),
): Promise<Maintenance> {
  const { storage, now } = services
  const begun = now()
  await storage.commit(batch(remove(batches, { where: { committedAt: { lt: begun - batchMemory } }, hits: 'any' })))
  await removeExpired(storage, begun)
  await forgetUsed(storage, begun)
  await forgetAnswers(storage, begun)
  await forgetKeys(storage, begun)
  await removeExpiredKeys(services)
  await removeExpiredTickets(services)
  for (const tidy of further) await tidy()
  await removeOldSessions(storage, begun)
  await forgetFaceChecks(storage, begun)
  await forgetAttempts(storage, begun)
  await forgetRemovedFaces(storage, begun)
  await sealOrComplain(services, mostLinks)
  await lookAfterTransactions(services)
  await removeOldTransactions(services)
  await deliver()
  await removeOldMessages(services)
  await removeOldDeliveries(services)
  return { took: now() - begun }
}
