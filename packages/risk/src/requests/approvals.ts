import {
  type Actor,
  auditRecords,
  type AuthorizedMethod,
  auditWrite,
  commitWithPreconditions,
  eventWrites,
  methodUnchanged,
  type Precondition,
  type Services,
} from '@billfold/core/modules'
import { insert, retryOnConflict, update, type Where, type Write } from '@billfold/core/storage'
import { z } from 'zod'
import { riskError } from '../declarations.ts'
import type { RiskSettings } from '../options.ts'
import { readPolicySet } from '../policies/policy-store.ts'
import { riskApprovals, riskRequests } from '../tables.ts'
import type { RequestRow } from './authorize-by-request.ts'
import { openSummary, type RequestSummary } from './request-summary.ts'

/** A request that waits, or did. */
export interface WaitingRequest {
  readonly id: string
  readonly userId: string | null
  readonly state: string
  /** What it does. */
  readonly act: RequestSummary
  /** What it requires. */
  readonly requires: z.output<typeof requirementSchema>
  readonly approvals: number
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** As stored in the column `requirement`. */
const requirementSchema = z.discriminatedUnion('decision', [
  z.object({ decision: z.literal('step-up'), methods: z.array(z.string()) }),
  z.object({ decision: z.literal('approve'), by: z.int(), of: z.array(z.string()) }),
])

const waitingStates = ['waiting', 'ready']
/** Requests that one list contains. */
const maxListed = 200

/** Lists the requests that wait for a user: the user's own, and those that the user can approve. Without a user, all of the tenant. */
export async function listRequests(
  services: Services,
  tenant: string,
  userId: string | undefined,
): Promise<readonly WaitingRequest[]> {
  const rows =
    userId === undefined
      ? await findWaiting(services, tenant, {})
      : [...(await findWaiting(services, tenant, { userId })), ...(await listForApprover(services, tenant, userId))]
  const newest = rows.toSorted((one, other) => (one.id < other.id ? 1 : -1)).slice(0, maxListed)
  return Promise.all(newest.map((row) => toWaitingRequest(services, row)))
}

/** What a user can approve: requests of the rules that name the user, so that nobody else reads those of all others. */
async function listForApprover(services: Services, tenant: string, userId: string): Promise<readonly RequestRow[]> {
  const { policies } = await readPolicySet(services, tenant)
  const ids = policies.flatMap(({ id, then }) => (then.decision === 'approve' && then.of.includes(userId) ? [id] : []))
  if (ids.length === 0) return []
  const found: RequestRow[] = []
  let last: string | undefined
  // Page by page: the user's own requests, which others approve, must not hide any.
  while (found.length < maxListed) {
    const page = { policyId: { in: ids }, ...(last !== undefined && { id: { lt: last } }) }
    const rows: readonly RequestRow[] = await findWaiting(services, tenant, page)
    found.push(...rows.filter((row) => mayApprove(row, userId)))
    last = rows.at(-1)?.id
    if (rows.length < maxListed) break
  }
  return found
}

function findWaiting({ storage, now }: Services, tenant: string, more: Where): Promise<readonly RequestRow[]> {
  const where = { tenant, state: { in: waitingStates }, expiresAt: { gt: now() }, ...more }
  return storage.find(riskRequests, { where, orderBy: [['id', 'desc']], limit: maxListed })
}

/** Returns true if a rule names the user for a request of somebody else. */
export function mayApprove(row: RequestRow, userId: string): boolean {
  const required = requirementOf(row)
  return required.decision === 'approve' && required.of.includes(userId) && row.userId !== userId
}

function requirementOf({ requirement }: RequestRow): z.output<typeof requirementSchema> {
  return requirementSchema.parse(JSON.parse(requirement))
}

/** Formats a request for those who may see it. */
export async function toWaitingRequest(services: Services, row: RequestRow): Promise<WaitingRequest> {
  const { id, userId, state, approvals, createdAt, expiresAt } = row
  return {
    id,
    userId,
    state,
    act: await openSummary(services, row),
    requires: requirementOf(row),
    approvals,
    createdAt,
    expiresAt,
  }
}

/** Returns a request that waits. @throws BillfoldError `approval.not-found` */
export async function getOpenRequest({ storage, now }: Services, tenant: string, id: string): Promise<RequestRow> {
  const where = { id, tenant, state: { in: waitingStates }, expiresAt: { gt: now() } }
  const [row] = await storage.find(riskRequests, { where, limit: 1 })
  if (row === undefined) throw riskError('approval.not-found')
  return row
}

/** Who confirms, and the signing method that proves it. */
export interface Confirmation {
  readonly requestId: string
  readonly userId: string
  /** The user's method, which the request has proven. */
  readonly method: AuthorizedMethod
  /** Conditions under which the caller may still confirm. Default: none. */
  readonly preconditions?: readonly Precondition[]
}

/**
 * Approves a request. A step-up is confirmed by its own user with a further signing method; an approval is given by another user that
 * the rule names. Of approvals and a rejection at once there is one outcome.
 * @returns `waiting` while approvals are missing, otherwise `ready`
 * @throws BillfoldError `approval.not-found`, `approval.not-allowed`, `storage.conflict`
 */
export function approveRequest(
  services: Services,
  settings: RiskSettings,
  actor: Actor,
  { requestId, userId, method, preconditions = [] }: Confirmation,
): Promise<'waiting' | 'ready'> {
  return retryOnConflict(async () => {
    const row = await getOpenRequest(services, actor.tenant, requestId)
    const required = requirementOf(row)
    const { id: methodId, ownerId } = method.row
    if (ownerId !== userId) throw riskError('approval.not-allowed')
    if (required.decision === 'step-up') await assertConfirms(services, settings, row, userId, method, required.methods)
    else if (!mayApprove(row, userId)) throw riskError('approval.not-allowed')
    if (await hasApproved(services, requestId, userId)) return row.state === 'ready' ? 'ready' : 'waiting'
    const approvals = row.approvals + 1
    const isReady = required.decision === 'step-up' || approvals >= required.by
    const confirmedBy = required.decision === 'step-up' ? methodId : null
    const now = services.now()
    await commitWithPreconditions(
      services,
      preconditions,
      auditWrite(actor, 'act.approved', requestId, now, { user: userId, approvals }),
      methodUnchanged(method),
      unchanged(row, { approvals, confirmedBy, ...(isReady && { state: 'ready' }) }, now),
      insert(riskApprovals, { requestId, userId, tenant: actor.tenant, methodId, at: now }),
      ...(isReady ? decidedEvents(services, actor, requestId, 'ready') : []),
    )
    return isReady ? 'ready' : 'waiting'
  })
}

/** Rejects a request that is not used yet: its user may, and everybody who may approve it. @throws as {@link approveRequest} */
export function rejectRequest(
  services: Services,
  actor: Actor,
  { requestId, userId, method, preconditions = [] }: Confirmation,
): Promise<void> {
  return retryOnConflict(async () => {
    const row = await getOpenRequest(services, actor.tenant, requestId)
    const isAllowed = method.row.ownerId === userId && (row.userId === userId || mayApprove(row, userId))
    if (!isAllowed) throw riskError('approval.not-allowed')
    const now = services.now()
    await commitWithPreconditions(
      services,
      preconditions,
      auditWrite(actor, 'act.rejected', requestId, now, { user: userId }),
      methodUnchanged(method),
      unchanged(row, { state: 'rejected', slot: row.id }, now),
      ...decidedEvents(services, actor, requestId, 'rejected'),
    )
  })
}

/** Changes a request as it was read, if it has not expired. */
function unchanged({ id, version, state }: RequestRow, set: Partial<RequestRow>, now: number): Write {
  return update(riskRequests, { where: { id, version, state, expiresAt: { gt: now } }, set, add: { version: 1 } })
}

function decidedEvents(
  services: Services,
  { tenant }: Actor,
  requestId: string,
  outcome: 'ready' | 'rejected',
): readonly Write[] {
  return eventWrites(services, tenant, 'act.decided', { requestId, outcome })
}

async function hasApproved({ storage }: Services, requestId: string, userId: string): Promise<boolean> {
  return (await storage.find(riskApprovals, { where: { requestId, userId }, limit: 1 })).length > 0
}

/**
 * A step-up is confirmed by its user, with a method of a type that the rule names, which was not made or replaced lately: who has
 * stolen one method can make another with it.
 */
async function assertConfirms(
  services: Services,
  { minMethodAgeMs }: RiskSettings,
  row: RequestRow,
  userId: string,
  { row: method }: AuthorizedMethod,
  types: readonly string[],
): Promise<void> {
  const since = services.now() - minMethodAgeMs
  const owner = row.userId ?? row.walletId
  if (owner !== userId || !types.includes(method.type) || method.createdAt > since)
    throw riskError('approval.not-allowed')
  const replaced = await services.storage.find(auditRecords, {
    where: { tenant: row.tenant, subject: method.id, action: 'signing-method.replaced', at: { gt: since } },
    limit: 1,
  })
  if (replaced.length > 0) throw riskError('approval.not-allowed')
}
