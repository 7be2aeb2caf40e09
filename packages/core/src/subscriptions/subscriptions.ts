import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, decide, insert, isCommitError, type RowOf, update } from '../storage/index.ts'
import { subscriptions } from './table.ts'

/** A subscription as it is kept. */
export type SubscriptionRow = RowOf<typeof subscriptions>

/** What is agreed. */
export interface SubscriptionTerms {
  readonly category: string
  /** A decimal string. */
  readonly amountPaid: string
  readonly seats: number
  readonly paidSeats: number
  readonly defaultSeats: number
  /** Milliseconds since 1970; the end is the first one after it. */
  readonly startsAt: number
  readonly endsAt: number
}

/** Most seats of one subscription. */
const mostSeats = 1_000_000_000

/**
 * Gives a user a subscription.
 * @throws BillfoldError `subscription.exists`, `subscription.invalid`
 */
export async function addSubscription(
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
        auditRecord(actor, 'subscription.added', userId, createdAt),
        ...eventWrites(services, actor.tenant, 'subscription.added', { userId }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('subscription.exists', { cause: error })
    throw error
  }
}

/**
 * Renews a user's subscription on new terms, deactivated or not; makes one where there is none.
 * @throws BillfoldError `subscription.invalid`
 */
export async function renewSubscription(
  services: Services,
  actor: Actor,
  userId: string,
  terms: SubscriptionTerms,
): Promise<void> {
  assertTerms(terms)
  await decide(async () => {
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
    const told = eventWrites(services, actor.tenant, 'subscription.renewed', { userId })
    await services.storage.commit(batch(write, auditRecord(actor, 'subscription.renewed', userId, now), ...told))
  })
}

/** Ends a user's subscription now; once more changes nothing. @throws BillfoldError `subscription.unknown` */
export async function deactivateSubscription(services: Services, actor: Actor, userId: string): Promise<void> {
  await decide(async () => {
    const row = await findSubscription(services, actor.tenant, userId)
    if (row === undefined) throw new BillfoldError('subscription.unknown')
    if (row.deactivatedAt !== null) return
    const now = services.now()
    await services.storage.commit(
      batch(
        update(subscriptions, {
          where: { userId, version: row.version },
          set: { deactivatedAt: now },
          add: { version: 1 },
        }),
        auditRecord(actor, 'subscription.deactivated', userId, now),
        ...eventWrites(services, actor.tenant, 'subscription.deactivated', { userId }),
      ),
    )
  })
}

/** The subscription of a user, or undefined. */
export async function findSubscription(
  { storage }: Services,
  tenant: string,
  userId: string,
): Promise<SubscriptionRow | undefined> {
  const [row] = await storage.find(subscriptions, { where: { userId, tenant }, limit: 1 })
  return row
}

/** What a subscription is at a moment. */
export function stateOf(row: SubscriptionRow, now: number): 'active' | 'deactivated' | 'not-started' | 'expired' {
  if (row.deactivatedAt !== null) return 'deactivated'
  if (now >= row.endsAt) return 'expired'
  return now < row.startsAt ? 'not-started' : 'active'
}

function assertTerms({ startsAt, endsAt, seats, paidSeats, defaultSeats }: SubscriptionTerms): void {
  const counts = [seats, paidSeats, defaultSeats]
  if (!counts.every((count) => Number.isInteger(count) && count >= 0 && count <= mostSeats))
    throw invalid(`the numbers of users are from 0 to ${mostSeats}`)
  if (seats < 1 || paidSeats > seats || defaultSeats > seats) throw invalid('there are more users than in all')
  if (endsAt <= startsAt) throw invalid('it ends before it starts')
}

function invalid(message: string): BillfoldError {
  return new BillfoldError('subscription.invalid', { message })
}
