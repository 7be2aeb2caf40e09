import { type Act, type Actor, type Services } from '@billfold/core/modules'
import { retryOnConflict } from '@billfold/core/storage'
import { BillfoldError } from '@billfold/core'
import type { PolicyEngine } from './authorize.ts'
import { changePolicies, getPolicy, type PolicyChange, readPolicySet, toJson } from './policy-store.ts'
import type { Policy, PolicyInput } from './policy.ts'

/** The result of a dry run. */
export interface PolicyTest {
  readonly decision: 'allow' | 'step-up' | 'approve' | 'deny'
  /** The rule that decides; undefined if none matches. */
  readonly policyId: string | undefined
}

/** The policies, as the host manages them: `billfold.risk.policies`. */
export interface PoliciesApi {
  /** Lists the rules of a tenant. */
  readonly list: (tenant?: string) => Promise<readonly Policy[]>
  /** Adds a rule and returns it. @throws BillfoldError `policy.invalid`, `policy.limit-reached`, `act.denied`, `act.approval-required` */
  readonly add: (rule: PolicyInput, tenant?: string) => Promise<Policy>
  /**
   * Replaces a rule. @param version the version that was read
   * @throws BillfoldError `policy.invalid`, `policy.not-found`, `policy.changed`, `act.denied`, `act.approval-required`
   */
  readonly update: (id: string, version: number, rule: PolicyInput, tenant?: string) => Promise<Policy>
  /** Removes a rule. @throws BillfoldError `policy.not-found`, `act.denied`, `act.approval-required` */
  readonly remove: (id: string, tenant?: string) => Promise<void>
  /** Decides about an act without doing or counting it. */
  readonly test: (act: Omit<Act, 'actor'>, tenant?: string) => Promise<PolicyTest>
}

/** Creates the functions. */
export function createPoliciesApi(
  services: Services,
  engine: PolicyEngine,
  host: (tenant?: string) => Actor,
): PoliciesApi {
  const manage = managePolicies(services, engine)
  return {
    list: async (tenant) => (await readPolicySet(services, host(tenant).tenant)).policies,
    add: (rule, tenant) => manage.add(host(tenant), rule),
    update: (id, version, rule, tenant) => manage.update(host(tenant), id, version, rule),
    remove: (id, tenant) => manage.remove(host(tenant), id),
    test: async (act, tenant) => {
      const { outcome, policy } = (await engine.decide({ ...act, actor: host(tenant) })).decision
      return { decision: outcome.decision, policyId: policy?.id }
    },
  }
}

/** An approval of a removal is good for the rule as it was shown. @throws BillfoldError `policy.not-found` */
async function withVersion(services: Services, { tenant }: Actor, change: PolicyChange) {
  if (change.kind !== 'remove') return change
  return { ...change, version: (await getPolicy(services, tenant, change.id)).version }
}

/** The changes of rules, for any actor. A change is an act, and subject to the rules as they are. */
export function managePolicies(services: Services, engine: PolicyEngine) {
  const change = (actor: Actor, changed: PolicyChange): Promise<string> =>
    retryOnConflict(async () => {
      if (changed.kind !== 'remove') toJson(changed.rule)
      const content = JSON.stringify(await withVersion(services, actor, changed))
      const decided = await engine.authorize({
        kind: 'policy-change',
        actor,
        userId: null,
        walletId: 'policies',
        content,
      })
      if (decided.decision === 'deny') throw new BillfoldError('act.denied')
      if (decided.decision !== 'allow')
        throw new BillfoldError('act.approval-required', {
          message: `An approval is required: request ${decided.requestId} waits for it; repeat once it is approved`,
        })
      return changePolicies(services, actor, changed, decided.writes)
    })
  return {
    add: async (actor: Actor, rule: PolicyInput): Promise<Policy> =>
      getPolicy(services, actor.tenant, await change(actor, { kind: 'add', rule })),
    update: async (actor: Actor, id: string, version: number, rule: PolicyInput): Promise<Policy> =>
      getPolicy(services, actor.tenant, await change(actor, { kind: 'update', id, version, rule })),
    remove: async (actor: Actor, id: string): Promise<void> => {
      await change(actor, { kind: 'remove', id })
    },
  }
}
