import { newId } from '@billfold/core'
import { type Act, type ActDecision, auditWrite, eventWrites, type Services } from '@billfold/core/modules'
import { batch, insert, isCommitError, type RowOf, update, type Write } from '@billfold/core/storage'
import type { RiskSettings } from '../options.ts'
import { toEffects } from '../policies/act-effects.ts'
import { hashParts } from '../policies/limits.ts'
import type { Outcome, Policy } from '../policies/policy.ts'
import { riskRequests } from '../tables.ts'
import { maxContentLength, sealContent } from './request-content.ts'
import { sealSummary, summarize } from './request-summary.ts'

/** A row of `risk_requests`. */
export type RequestRow = RowOf<typeof riskRequests>

/** What a request that waits requires. */
export type Requirement = Exclude<Outcome, { readonly decision: 'allow' | 'deny' }>

/** The slot of the one request of an act that can still lead to it. */
const openSlot = 'open'

/**
 * Allows an act whose request is ready, and uses the request up in the commit of the act. Otherwise stores the act as a request
 * that waits, once, and names it.
 */
export async function authorizeByRequest(
  services: Services,
  settings: RiskSettings,
  act: Act,
  policy: Policy,
  requirement: Requirement,
): Promise<ActDecision> {
  // Nothing is signed by a build, so nothing needs to be approved.
  if (act.kind === 'transaction-build') return { decision: 'allow', writes: [] }
  const fingerprint = computeFingerprint(act, policy, requirement)
  const where = { fingerprint, slot: openSlot }
  const [open] = await services.storage.find(riskRequests, { where, limit: 1 })
  const now = services.now()
  if (open !== undefined && open.expiresAt > now) {
    // The method that confirms is a further one.
    const isUsable = open.state === 'ready' && (open.confirmedBy === null || open.confirmedBy !== act.method?.id)
    return isUsable ? { decision: 'allow', writes: [consumeWrite(open, now)] } : waiting(requirement, open.id)
  }
  return storeRequest(services, settings, { act, policy, requirement, fingerprint }, open)
}

function waiting({ decision }: Requirement, requestId: string): ActDecision {
  return { decision, requestId }
}

function consumeWrite({ id, version }: RequestRow, now: number): Write {
  return update(riskRequests, {
    where: { id, state: 'ready', version, expiresAt: { gt: now } },
    set: { state: 'consumed', slot: id },
    add: { version: 1 },
  })
}

/** Two acts have the same fingerprint if they do the same for the same user, and the same is required for it. */
function computeFingerprint(act: Act, { id, version }: Policy, requirement: Requirement): string {
  const { actor, kind, userId, walletId, content } = act
  return hashParts([
    actor.tenant,
    kind,
    userId ?? '',
    walletId ?? '',
    content,
    id,
    String(version),
    JSON.stringify(requirement),
  ])
}

interface NewRequest {
  readonly act: Act
  readonly policy: Policy
  readonly requirement: Requirement
  readonly fingerprint: string
}

async function storeRequest(
  services: Services,
  settings: RiskSettings,
  request: NewRequest,
  expired: RequestRow | undefined,
): Promise<ActDecision> {
  const { act, requirement, fingerprint } = request
  const { actor, userId, kind } = act
  if (act.content.length > maxContentLength || (await hasTooMany(services, settings, act))) return { decision: 'deny' }
  const row = await newRow(services, request)
  const end =
    expired === undefined
      ? []
      : [
          update(riskRequests, {
            where: { id: expired.id, version: expired.version },
            set: { state: 'expired', slot: expired.id },
            add: { version: 1 },
          }),
        ]
  try {
    await services.storage.commit(
      batch(
        ...end,
        insert(riskRequests, row),
        auditWrite(actor, 'act.requested', row.id, row.createdAt, { kind, policy: row.policyId }),
        ...eventWrites(services, actor.tenant, 'act.requested', { requestId: row.id, kind, userId }),
      ),
    )
    return waiting(requirement, row.id)
  } catch (error) {
    // Another process has stored the same act.
    const [open] = isCommitError(error)
      ? await services.storage.find(riskRequests, { where: { fingerprint, slot: openSlot }, limit: 1 })
      : []
    if (open === undefined) throw error
    return waiting(requirement, open.id)
  }
}

async function hasTooMany(
  { storage, now }: Services,
  { maxWaitingRequests }: RiskSettings,
  act: Act,
): Promise<boolean> {
  const { userId, walletId, actor } = act
  const owner = userId === null ? { userId, walletId: walletId ?? null, tenant: actor.tenant } : { userId }
  const where = { ...owner, state: { in: ['waiting', 'ready'] }, expiresAt: { gt: now() } }
  return (await storage.find(riskRequests, { where, limit: maxWaitingRequests })).length >= maxWaitingRequests
}

async function newRow(services: Services, { act, policy, requirement, fingerprint }: NewRequest): Promise<RequestRow> {
  const { actor, userId, walletId = null, kind } = act
  const { tenant } = actor
  const [id, now] = [newId(), services.now()]
  const summary = summarize(act, toEffects(act, policy.abi))
  return {
    id,
    tenant,
    fingerprint,
    slot: openSlot,
    userId,
    walletId,
    kind,
    policyId: policy.id,
    requirement: JSON.stringify(requirement),
    sealedSummary: await sealSummary(services, { tenant, id }, summary),
    sealedContent: await sealContent(services, { tenant, id }, act, summary),
    state: 'waiting',
    approvals: 0,
    confirmedBy: null,
    createdAt: now,
    expiresAt: now + requirement.ttlSeconds * 1000,
    version: 1,
  }
}
