import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { batch, retryOnConflict, insert, isCommitError, type RowOf, update } from '../../kernel/storage/index.ts'
import { subscriptions } from './tables.ts'

/** A row of `subscriptions`. */
export type SubscriptionRow = RowOf<typeof subscriptions>

/** Terms of a subscription. */
export interface SubscriptionTerms {
  readonly category: string
  /** A decimal string. */
  readonly amountPaid: string
  readonly seats: number
  readonly paidSeats: number
  readonly defaultSeats: number
  /** In milliseconds since 1970. `endsAt` is exclusive. */
  readonly startsAt: number
  readonly endsAt: number
}

/** Maximum number of seats per subscription. */
const maxSeats = 1_000_000_000

/**
 * Creates the subscription of a user.
 * @throws BillfoldError `subscription.exists`, `subscription.invalid`
 */
export async function createSubscription(
  services: Services,
  actor: Actor,
  userId: string,
  terms: SubscriptionTerms,
): Promise<void> {
  assertTerms(terms)
  const createdAt = services.now()
  const row = { ...terms, userId, tenant: actor.tenant, deactivatedAt: null, createdAt, version: 1 }
  try {
    await services.storage.commit(
      batch(
        insert(subscriptions, row),
        auditWrite(actor, 'subscription.added', userId, createdAt),
        ...eventWrites(services, actor.tenant, 'subscription.added', { userId }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('subscription.exists', { cause: error })
    throw error
  }
}

/**
 * Renews a subscription on new terms, active or not; creates one if the user has none.
 * @throws BillfoldError `subscription.invalid`
 */
export async function renewSubscription(
  services: Services,
  actor: Actor,
  userId: string,
  terms: SubscriptionTerms,
): Promise<void> {
  assertTerms(terms)
  await retryOnConflict(async () => {
    const before = await findSubscription(services, actor.tenant, userId)
    const now = services.now()
    const write =
      before === undefined
        ? insert(subscriptions, {
            ...terms,
            userId,
            tenant: actor.tenant,
            deactivatedAt: null,
            createdAt: now,
            version: 1,
          })
        : update(subscriptions, {
            where: { userId, version: before.version },
            set: { ...terms, deactivatedAt: null },
            add: { version: 1 },
          })
    const events = eventWrites(services, actor.tenant, 'subscription.renewed', { userId })
    await services.storage.commit(batch(write, auditWrite(actor, 'subscription.renewed', userId, now), ...events))
  })
}

/** Deactivates the subscription of a user. Idempotent. @throws BillfoldError `subscription.not-found` */
export async function deactivateSubscription(services: Services, actor: Actor, userId: string): Promise<void> {
  await retryOnConflict(async () => {
    const row = await findSubscription(services, actor.tenant, userId)
    if (row === undefined) throw new BillfoldError('subscription.not-found')
    if (row.deactivatedAt !== null) return
    const now = services.now()
    await services.storage.commit(
      batch(
        update(subscriptions, {
          where: { userId, version: row.version },
          set: { deactivatedAt: now },
          add: { version: 1 },
        }),
        auditWrite(actor, 'subscription.deactivated', userId, now),
        ...eventWrites(services, actor.tenant, 'subscription.deactivated', { userId }),
      ),
    )
  })
}

export async function findSubscription(
  { storage }: Services,
  tenant: string,
  userId: string,
): Promise<SubscriptionRow | undefined> {
  const [row] = await storage.find(subscriptions, { where: { userId, tenant }, limit: 1 })
  return row
}

/** Computes the state of a subscription at a time (milliseconds since 1970). */
export function computeSubscriptionState(
  row: SubscriptionRow,
  now: number,
): 'active' | 'deactivated' | 'not-started' | 'expired' {
  if (row.deactivatedAt !== null) return 'deactivated'
  if (now >= row.endsAt) return 'expired'
  return now < row.startsAt ? 'not-started' : 'active'
}

function assertTerms({ startsAt, endsAt, seats, paidSeats, defaultSeats }: SubscriptionTerms): void {
  const counts = [seats, paidSeats, defaultSeats]
  if (!counts.every((count) => Number.isInteger(count) && count >= 0 && count <= maxSeats))
    throw invalid(`each number of users must be an integer from 0 to ${maxSeats}`)
  if (seats < 1 || paidSeats > seats || defaultSeats > seats)
    throw invalid('number_of_users must be at least 1 and not less than the paid and default users')
  if (endsAt <= startsAt) throw invalid('the end date is before the start date')
}

function invalid(message: string): BillfoldError {
  return new BillfoldError('subscription.invalid', { message })
}
