import type { Act } from '@billfold/core/modules'
import { toEffects, toRecipients } from './act-effects.ts'
import { all, evaluateStatic, type Truth } from './conditions.ts'
import { type CounterRow, evaluateLimit, hashParts, type Limit, listLimits, type PriceOf } from './limits.ts'
import type { Outcome, Policy } from './policy.ts'
import { atLeast, type Severity } from '../score/severity.ts'

/** A rule that may apply to an act: its subject is the act's, and its conditions that need no reading are not false. */
export interface Candidate {
  readonly policy: Policy
  /** The result of the conditions that need no reading. */
  readonly result: Truth
  readonly limits: readonly Limit[]
  /** Present if the rule asks when the recipients were first used: their counters, or undefined if they are unknown. */
  readonly destinations: readonly string[] | undefined
}

/** What a decision is based on besides the act. */
export interface Facts {
  readonly rows: readonly CounterRow[]
  readonly now: number
  /** The severity of an assessment, if a candidate asks for it. */
  readonly severity: Severity | undefined
}

/** A decision, and the rule that made it; undefined if none matched. */
export interface Decision {
  readonly outcome: Outcome
  readonly policy: Policy | undefined
}

/** From the most specific subject to the least. */
const ranks = ['wallet', 'user', 'role', 'tenant'] as const

/** Lists the rules whose subject an act has, with what their limits count. */
export function listCandidates(
  policies: readonly Policy[],
  act: Act,
  roles: readonly string[],
  now: number,
  priceOf: PriceOf,
): readonly Candidate[] {
  return policies
    .filter((policy) => hasSubject(policy, act, roles))
    .map((policy) => toCandidate(policy, act, now, priceOf))
    .filter(({ result }) => result !== false)
}

function toCandidate(policy: Policy, act: Act, now: number, priceOf: PriceOf): Candidate {
  const effects = toEffects(act, policy.abi)
  const recipients = toRecipients(act, effects)
  return {
    policy,
    result: evaluateStatic(policy, act, now),
    limits: listLimits(policy, act, effects, priceOf),
    destinations:
      policy.when.destinationFirstSeenWithin === undefined
        ? undefined
        : recipients?.map((recipient) => destinationId(act, recipient)),
  }
}

/** The id of the row that says when a user first used a recipient. */
export function destinationId({ actor, userId, walletId }: Act, recipient: string): string {
  return hashParts([actor.tenant, 'destination', userId ?? walletId ?? actor.id, recipient])
}

function hasSubject({ subject }: Policy, { userId, walletId }: Act, roles: readonly string[]): boolean {
  switch (subject.kind) {
    case 'tenant':
      return true
    case 'user':
      return subject.id === userId
    case 'wallet':
      return subject.id === walletId
    case 'role':
      return roles.includes(subject.id)
  }
}

/**
 * Decides about an act: the first rule that matches, of the most specific subject that has one. Of rules with the same order a
 * denial comes first. An allow matches only if all its conditions are true; every other rule also if they cannot be determined.
 */
export function decide(candidates: readonly Candidate[], facts: Facts, byDefault: 'allow' | 'deny'): Decision {
  for (const rank of ranks) {
    const matching = candidates
      .filter(({ policy }) => policy.subject.kind === rank)
      .filter((candidate) => matches(candidate, facts))
      .map(({ policy }) => policy)
      .toSorted(byOrder)
    const [policy] = matching
    if (policy !== undefined) return { outcome: policy.then, policy }
  }
  return { outcome: { decision: byDefault }, policy: undefined }
}

const strictness = { deny: 0, approve: 1, 'step-up': 2, allow: 3 } as const

function byOrder(one: Policy, other: Policy): number {
  return (
    one.order - other.order ||
    strictness[one.then.decision] - strictness[other.then.decision] ||
    (one.id < other.id ? -1 : 1)
  )
}

function matches(candidate: Candidate, { rows, now, severity }: Facts): boolean {
  const { policy, result, limits } = candidate
  const { severityAtLeast } = policy.when
  const truth = all([
    result,
    ...limits.map((limit) => evaluateLimit(limit, rows, now)),
    isNewDestination(candidate, rows, now),
    severityAtLeast === undefined ? true : severity === undefined ? 'unknown' : atLeast(severity, severityAtLeast),
  ])
  return policy.then.decision === 'allow' ? truth === true : truth !== false
}

function isNewDestination({ policy, destinations }: Candidate, rows: readonly CounterRow[], now: number): Truth {
  const window = policy.when.destinationFirstSeenWithin
  if (window === undefined) return true
  if (destinations === undefined) return 'unknown'
  return destinations.some((id) => {
    const row = rows.find((known) => known.id === id)
    return row === undefined || now - Number(row.amount) < window.seconds * 1000
  })
}
