import { type RowOf, selectColumns } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import { afterId, type CheckedPage } from '../ledger/index.ts'
import { paginate } from '../ledger/paginate.ts'
import { gatewayTransactions, paymentProfiles, payments } from '../tables.ts'
import type { StatementFault } from './statements.ts'
import { checkStatements, UserStatements } from './user-statements.ts'

const profileCounts = selectColumns(paymentProfiles, ({ userId, tenant, pendingPayments, pendingTransactions }) => {
  return { userId, tenant, pendingPayments, pendingTransactions }
})
const pendingPayments = selectColumns(payments, ({ id, senderId, state }) => ({ id, senderId, state }))
const pendingTransactions = selectColumns(gatewayTransactions, ({ id, userId, state }) => ({ id, userId, state }))

type ProfileCounts = RowOf<typeof profileCounts>

/** A profile whose counters are wrong. */
export interface ProfileFault {
  readonly finding: 'pending-count-mismatch'
  readonly tenant: string
  /** Id of the user. */
  readonly subject: string
  readonly detail: string
}

/** Maximum number of users whose rows are read at once. */
const maxUsers = 250

/** Maximum number of re-reads of a profile that is written concurrently. */
const maxReads = 20

/** A position before all ids. */
const beforeAll = '-'

/**
 * Checks each user: each line of the statement reports something that exists, and nothing is missing; the counters of the profile equal
 * the number of pending payments, and of pending deposits and withdrawals.
 */
export async function* checkProfiles(
  services: Services,
  start: string | undefined,
): AsyncGenerator<CheckedPage<ProfileFault | StatementFault>> {
  const where = (after: string | undefined): { userId?: { gt: string } } =>
    after === undefined ? {} : { userId: { gt: after } }
  const pages = paginate(services.storage, profileCounts, 'userId', where, ({ userId }) => userId, start)
  let gt = start ?? beforeAll
  let size = maxUsers
  for await (const page of pages)
    for (let from = 0; from < page.length; ) {
      const profiles = page.slice(from, from + size)
      from += profiles.length
      const lte = profiles.at(-1)?.userId ?? gt
      const found = new UserStatements()
      await checkStatements(services, { gt, lte }, found)
      const counts = await findWrongCounts(services, profiles, found)
      yield { after: lte, rows: profiles.length, findings: [...counts, ...found.faults] }
      gt = lte
      size = found.isCrowded ? Math.ceil(size / 2) : Math.min(maxUsers, size + 10)
    }
  // Users after the last profile: there are none, or they have no profile.
  const found = new UserStatements()
  await checkStatements(services, { gt }, found)
  yield { after: gt, rows: 0, findings: found.faults }
}

async function findWrongCounts(
  services: Services,
  profiles: readonly ProfileCounts[],
  found: UserStatements,
): Promise<ProfileFault[]> {
  const faults: ProfileFault[] = []
  for (const { userId, tenant, ...counted } of profiles) {
    const isSame =
      counted.pendingPayments === (found.pendingPayments.get(userId) ?? 0) &&
      counted.pendingTransactions === (found.pendingTransactions.get(userId) ?? 0)
    if (isSame || (await countsAgree(services, userId))) continue
    const detail = `payments ${counted.pendingPayments}, transactions ${counted.pendingTransactions}`
    faults.push({ finding: 'pending-count-mismatch', tenant, subject: userId, detail })
  }
  return faults
}

async function countsAgree({ storage }: Services, userId: string): Promise<boolean> {
  for (let read = 0; read < maxReads; read++) {
    let [paid, funded] = [0, 0]
    const sent = (after: string | undefined) => ({ senderId: userId, state: 'pending', ...afterId(after) })
    for await (const page of paginate(storage, pendingPayments, 'id', sent, ({ id }) => id)) paid += page.length
    const own = (after: string | undefined) => ({ userId, state: 'PENDING', ...afterId(after) })
    for await (const page of paginate(storage, pendingTransactions, 'id', own, ({ id }) => id)) funded += page.length
    const [profile] = await storage.find(profileCounts, { where: { userId }, limit: 1 })
    if (profile?.pendingPayments === paid && profile.pendingTransactions === funded) return true
  }
  return false
}
