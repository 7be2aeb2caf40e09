import type { RowOf } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import type { CheckedPage } from '../ledger/index.ts'
import { paginate } from '../ledger/paginate.ts'
import { gatewayTransactions, paymentProfiles, payments as paymentTable } from '../tables.ts'
import { afterId } from './after-id.ts'
import { findFalseStatementLines, type StatementFault } from './statements.ts'

type ProfileRow = RowOf<typeof paymentProfiles>

/** A profile whose counters are wrong. */
export interface ProfileFault {
  readonly finding: 'pending-count-mismatch'
  readonly tenant: string
  /** Id of the user. */
  readonly subject: string
  readonly detail: string
}

/** Number of users per query. */
const usersPerQuery = 200

/** Maximum number of re-reads of a profile that is written concurrently. */
const maxReads = 20

/**
 * Checks each user: the counters of the profile equal the number of pending payments, and of pending deposits and withdrawals;
 * each line of the statement reports something that exists.
 */
export async function* checkProfiles(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<ProfileFault | StatementFault>> {
  const where = (after: string | undefined): { userId?: { gt: string } } =>
    after === undefined ? {} : { userId: { gt: after } }
  const pages = paginate(services.storage, paymentProfiles, 'userId', where, ({ userId }) => userId, start)
  for await (const page of pages)
    for (let from = 0; from < page.length; from += usersPerQuery) {
      const profiles = page.slice(from, from + usersPerQuery)
      const userIds = profiles.map(({ userId }) => userId)
      const [counts, lines] = await Promise.all([
        findWrongCounts(services, profiles),
        findFalseStatementLines(services, userIds),
      ])
      yield { after: userIds.at(-1) ?? '', rows: profiles.length, findings: [...counts, ...lines] }
    }
}

async function findWrongCounts(services: Services, profiles: readonly ProfileRow[]): Promise<ProfileFault[]> {
  const userIds = profiles.map(({ userId }) => userId)
  const [payments, transactions] = await Promise.all([
    countPendingPayments(services, userIds),
    countPendingTransactions(services, userIds),
  ])
  const faults: ProfileFault[] = []
  for (const { userId, tenant, pendingPayments, pendingTransactions } of profiles) {
    const isSame =
      pendingPayments === (payments.get(userId) ?? 0) && pendingTransactions === (transactions.get(userId) ?? 0)
    if (isSame || (await countsAgree(services, userId))) continue
    const detail = `payments ${pendingPayments}, transactions ${pendingTransactions}`
    faults.push({ finding: 'pending-count-mismatch', tenant, subject: userId, detail })
  }
  return faults
}

type Counts = ReadonlyMap<string, number>

async function countPendingPayments({ storage }: Services, userIds: readonly string[]): Promise<Counts> {
  const counts = new Map<string, number>()
  const where = (after: string | undefined) => ({ senderId: { in: userIds }, state: 'pending', ...afterId(after) })
  for await (const page of paginate(storage, paymentTable, 'id', where, ({ id }) => id))
    for (const { senderId } of page) counts.set(senderId, (counts.get(senderId) ?? 0) + 1)
  return counts
}

async function countPendingTransactions({ storage }: Services, userIds: readonly string[]): Promise<Counts> {
  const counts = new Map<string, number>()
  const where = (after: string | undefined) => ({ userId: { in: userIds }, state: 'PENDING', ...afterId(after) })
  for await (const page of paginate(storage, gatewayTransactions, 'id', where, ({ id }) => id))
    for (const { userId } of page) counts.set(userId, (counts.get(userId) ?? 0) + 1)
  return counts
}

async function countsAgree(services: Services, userId: string): Promise<boolean> {
  for (let read = 0; read < maxReads; read++) {
    const payments = await countPendingPayments(services, [userId])
    const transactions = await countPendingTransactions(services, [userId])
    const [profile] = await services.storage.find(paymentProfiles, { where: { userId }, limit: 1 })
    if (
      profile?.pendingPayments === (payments.get(userId) ?? 0) &&
      profile.pendingTransactions === (transactions.get(userId) ?? 0)
    )
      return true
  }
  return false
}
