import { BillfoldError, newId } from '@billfold/core'
import {
  type Act,
  type ActAuthorizer,
  type ActDecision,
  auditWrite,
  eventWrites,
  type Services,
} from '@billfold/core/modules'
import { batch, insert, type Write } from '@billfold/core/storage'
import type { RiskSettings } from '../options.ts'
import { authorizeByRequest } from '../requests/authorize-by-request.ts'
import { collectSignals } from '../score/collect-signals.ts'
import { findOrigin, sealPlace } from '../score/origin.ts'
import { rateRisk } from '../score/rate-risk.ts'
import type { Severity } from '../score/severity.ts'
import { riskActs, riskCounters } from '../tables.ts'
import { toEffects, toRecipients } from './act-effects.ts'
import { type Candidate, decide, type Decision, destinationId, type Facts, listCandidates } from './decide.ts'
import { type CounterRow, countWrites, oldestBucket } from './limits.ts'
import { policiesUnchanged, type PolicySet, readPolicySet, versionIn, versionRowId } from './policy-store.ts'

/** How long the row that says when a recipient was first used is retained after that, in milliseconds. */
const destinationRetentionMs = 2 * 366 * 24 * 60 * 60 * 1000

/** The tenants whose rules a process remembers. */
const maxRemembered = 10_000

/** How often the rules of an act are read if they change meanwhile. */
const maxReads = 10

/** An act with everything that its decision was based on. */
export interface DecidedAct {
  readonly act: Act
  readonly candidates: readonly Candidate[]
  readonly facts: Facts
  readonly set: PolicySet
  readonly decision: Decision
}

/** Decides about acts, and remembers the rules of the tenants between them. */
export interface PolicyEngine {
  /** Decides, without counting or storing anything. */
  readonly decide: (act: Act) => Promise<DecidedAct>
  /** The hook of core. */
  readonly authorize: ActAuthorizer
}

/** Creates the engine. The rules are remembered by version, and a commit requires that they are still the rules. */
export function createPolicyEngine(services: Services, settings: RiskSettings): PolicyEngine {
  const remembered = new Map<string, PolicySet>()
  const decideAct = async (act: Act): Promise<DecidedAct> => {
    const { tenant } = act.actor
    const roles = act.userId === null ? [] : await settings.roles({ tenant, userId: act.userId })
    let set = remembered.get(tenant)
    for (let attempt = 1; attempt <= maxReads; attempt++) {
      const now = services.now()
      set ??= await readPolicySet(services, tenant)
      const candidates = listCandidates(set.policies, act, roles, now, settings.priceOf)
      const rows = await readRows(services, act, candidates, now)
      if (versionIn(rows, tenant, subjectOf(act)) !== set.version) {
        set = undefined
        continue
      }
      if (remembered.size >= maxRemembered) remembered.clear()
      remembered.set(tenant, set)
      const severity = await severityFor(services, settings, act, candidates)
      const facts = { rows, now, severity }
      return { act, candidates, facts, set, decision: decide(candidates, facts, defaultFor(act, settings)) }
    }
    throw new BillfoldError('storage.conflict')
  }
  return {
    decide: decideAct,
    authorize: async (act) => conclude(services, settings, await decideAct(act)),
  }
}

/** The severity of an assessment of the act, if a rule asks for it. Without a user there is nothing to assess. */
async function severityFor(
  services: Services,
  settings: RiskSettings,
  act: Act,
  candidates: readonly Candidate[],
): Promise<Severity | undefined> {
  const { userId, actor } = act
  if (userId === null || !candidates.some(({ policy }) => policy.when.severityAtLeast !== undefined)) return undefined
  const signals = await collectSignals(services, settings, { tenant: actor.tenant, userId, act })
  return rateRisk(settings.factors, signals).severity
}

function defaultFor({ kind }: Act, { byDefault }: RiskSettings): 'allow' | 'deny' {
  return kind === 'policy-change' ? 'allow' : byDefault
}

/** What the version rows are spread by. */
function subjectOf({ userId, walletId, actor }: Act): string {
  return userId ?? walletId ?? actor.id
}

/** The one read of a decision: the version of the rules, what their limits have counted, and the recipients. */
function readRows(
  { storage }: Services,
  act: Act,
  candidates: readonly Candidate[],
  now: number,
): Promise<readonly CounterRow[]> {
  const counters = candidates.flatMap(({ limits }) =>
    limits.flatMap(({ counter }) => (counter === undefined ? [] : [counter])),
  )
  const destinations = candidates.flatMap((candidate) => candidate.destinations ?? [])
  const ids = [...counters.map(({ id }) => id), ...destinations, versionRowId(act.actor.tenant, subjectOf(act))]
  // The row of a recipient has no time: its bucket is 0.
  const oldest =
    destinations.length > 0 ? 0 : Math.min(now, ...counters.map(({ windowMs }) => oldestBucket(windowMs, now)))
  return storage.find(riskCounters, { where: { id: { in: [...new Set(ids)] }, bucket: { gte: oldest } } })
}

async function conclude(services: Services, settings: RiskSettings, decided: DecidedAct): Promise<ActDecision> {
  const { act, decision } = decided
  const { outcome, policy } = decision
  if (outcome.decision === 'deny') {
    await recordDenial(services, act, policy?.id ?? 'default')
    return { decision: 'deny' }
  }
  if (outcome.decision === 'allow' || policy === undefined)
    return { decision: 'allow', writes: await actWrites(services, settings, decided) }
  const request = await authorizeByRequest(services, settings, act, policy, outcome)
  if (request.decision === 'deny') await recordDenial(services, act, policy.id)
  if (request.decision !== 'allow') return request
  return { decision: 'allow', writes: [...(await actWrites(services, settings, decided)), ...request.writes] }
}

/** The writes of an act that is allowed: its rules are unchanged, and it counts. A build signs nothing, so it does not count. */
export async function actWrites(
  services: Services,
  settings: RiskSettings,
  { act, candidates, facts, set }: DecidedAct,
): Promise<readonly Write[]> {
  const { tenant } = act.actor
  if (act.kind === 'transaction-build') return []
  const limits = candidates.flatMap((candidate) => candidate.limits)
  return [
    policiesUnchanged(tenant, subjectOf(act), set),
    ...limits.flatMap((limit) => countWrites(limit, facts.rows, tenant, facts.now)),
    ...destinationWrites(act, candidates, facts),
    ...(await historyWrites(services, settings, act, facts)),
  ]
}

/** What a later act of the user is compared with. */
async function historyWrites(
  services: Services,
  settings: RiskSettings,
  act: Act,
  { now }: Facts,
): Promise<readonly Write[]> {
  const { actor, userId, kind } = act
  if (userId === null) return []
  const effects = toEffects(act, undefined)
  const [moved] = effects.known
  const { place, ...origin } = await findOrigin(services, settings, actor, toRecipients(act, effects))
  const row = { id: newId(), tenant: actor.tenant, userId, kind, at: now }
  const sealedPlace = await sealPlace(services, row, place)
  const method = act.method?.type ?? null
  return [
    insert(riskActs, {
      ...row,
      ...origin,
      method,
      sealedPlace,
      asset: moved?.asset ?? null,
      amount: moved?.amount ?? 0n,
    }),
  ]
}

function destinationWrites(act: Act, candidates: readonly Candidate[], { rows, now }: Facts): readonly Write[] {
  const asking = candidates.filter(({ policy }) => policy.when.destinationFirstSeenWithin !== undefined)
  const recipients = asking.flatMap(({ policy }) => toRecipients(act, toEffects(act, policy.abi)) ?? [])
  const ids = [...new Set(recipients.map((recipient) => destinationId(act, recipient)))]
  const { tenant } = act.actor
  const row = { bucket: 0, tenant, count: 0, amount: BigInt(now), expiresAt: now + destinationRetentionMs }
  return ids.filter((id) => !rows.some((known) => known.id === id)).map((id) => insert(riskCounters, { id, ...row }))
}

/** Denials are audited by themselves, since the act commits nothing. */
function recordDenial(services: Services, act: Act, policyId: string): Promise<void> {
  const { actor, kind, userId, walletId } = act
  return services.storage.commit(
    batch(
      auditWrite(actor, 'act.denied', userId ?? walletId ?? actor.id, services.now(), { kind, policy: policyId }),
      ...eventWrites(services, actor.tenant, 'act.denied', { kind, userId, policyId }),
    ),
  )
}
