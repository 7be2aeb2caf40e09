import { newId } from '@billfold/core'
import { type Actor, auditWrite, eventWrites, type Services } from '@billfold/core/modules'
import { batch, check, insert, remove, update, type Write } from '@billfold/core/storage'
import { riskError } from '../declarations.ts'
import { riskCounters, riskPolicies } from '../tables.ts'
import { type CounterRow, hashParts } from './limits.ts'
import { type Policy, type PolicyInput, policyInput } from './policy.ts'

/** The rules of a tenant at most: each is evaluated for every act. */
const maxPolicies = 500

/** The version of a tenant's rules is in several rows, so that acts do not wait for each other at one. */
const versionShards = 8

/** After all time buckets, so that a read of counters finds it too. */
const versionBucket = Number.MAX_SAFE_INTEGER

/** The rules of a tenant as of a version. */
export interface PolicySet {
  /** 0 if the tenant never had one. */
  readonly version: number
  readonly policies: readonly Policy[]
}

/** The id of the row with the version of a tenant's rules that acts of a subject check. */
export function versionRowId(tenant: string, subject: string): string {
  return shardId(
    tenant,
    Number.parseInt(
      Buffer.from(hashParts([subject]))
        .toString('hex')
        .slice(0, 6),
      16,
    ) % versionShards,
  )
}

function shardId(tenant: string, shard: number): string {
  return hashParts([tenant, 'policies', String(shard)])
}

/** Precondition of an act: the rules that it was decided by are still the rules. */
export function policiesUnchanged(tenant: string, subject: string, { version }: PolicySet): Write {
  const id = versionRowId(tenant, subject)
  if (version === 0) return check(riskCounters, { where: { id }, expectedRows: 'none' })
  return check(riskCounters, { where: { id, bucket: versionBucket, count: version } })
}

/** The version that the rows of a read say. */
export function versionIn(rows: readonly CounterRow[], tenant: string, subject: string): number {
  const id = versionRowId(tenant, subject)
  return rows.find((row) => row.id === id)?.count ?? 0
}

/** Reads the rules of a tenant. The version is read first: rules that are newer than it make a commit fail, not pass. */
export async function readPolicySet({ storage }: Services, tenant: string): Promise<PolicySet> {
  const [row] = await storage.find(riskCounters, { where: { id: shardId(tenant, 0) }, limit: 1 })
  const stored = await storage.find(riskPolicies, { where: { tenant } })
  return { version: row?.count ?? 0, policies: stored.map(parseRow) }
}

function parseRow({
  id,
  version,
  rule,
}: {
  readonly id: string
  readonly version: number
  readonly rule: string
}): Policy {
  return { ...policyInput.parse(JSON.parse(rule)), id, version }
}

/** Returns a rule. @throws BillfoldError `policy.not-found` */
export async function getPolicy({ storage }: Services, tenant: string, id: string): Promise<Policy> {
  const [row] = await storage.find(riskPolicies, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw riskError('policy.not-found')
  return parseRow(row)
}

/** A change of the rules. */
export type PolicyChange =
  | { readonly kind: 'add'; readonly rule: PolicyInput }
  | { readonly kind: 'update'; readonly id: string; readonly version: number; readonly rule: PolicyInput }
  | { readonly kind: 'remove'; readonly id: string }

/**
 * Changes the rules of a tenant. Every act that was decided by the old rules and is not committed yet is decided again.
 * @param counted the writes of the policies that the change itself is subject to
 * @returns the id of the rule
 * @throws BillfoldError `policy.invalid`, `policy.not-found`, `policy.changed`, `policy.limit-reached`
 */
export async function changePolicies(
  services: Services,
  actor: Actor,
  change: PolicyChange,
  counted: readonly Write[],
): Promise<string> {
  const { tenant } = actor
  const { version, policies } = await readPolicySet(services, tenant)
  if (change.kind === 'add' && policies.length >= maxPolicies) throw riskError('policy.limit-reached')
  const id = change.kind === 'add' ? newId() : change.id
  const before = policies.find((policy) => policy.id === id)
  if (change.kind !== 'add' && before === undefined) throw riskError('policy.not-found')
  if (change.kind === 'update' && before?.version !== change.version) throw riskError('policy.changed')
  const now = services.now()
  const action = ({ add: 'policy.added', update: 'policy.updated', remove: 'policy.removed' } as const)[change.kind]
  await services.storage.commit(
    batch(
      // First: they require the version that the next writes change.
      ...counted,
      ...versionWrites(tenant, version, now),
      ruleWrite(tenant, id, before?.version ?? 0, change),
      auditWrite(actor, action, id, now, before === undefined ? undefined : { version: before.version }),
      ...eventWrites(services, tenant, 'policy.changed', { policyId: id, change: change.kind }),
    ),
  )
  return id
}

function ruleWrite(tenant: string, id: string, version: number, change: PolicyChange): Write {
  if (change.kind === 'remove') return remove(riskPolicies, { where: { id, tenant, version } })
  const rule = toJson(change.rule)
  if (change.kind === 'add') return insert(riskPolicies, { id, tenant, rule, version: 1 })
  return update(riskPolicies, { where: { id, tenant, version }, set: { rule, version: version + 1 } })
}

/** Maximum size of a rule as JSON: as much as its route takes, and as who approves it can read. */
const maxRuleBytes = 64 * 1024

/** Validates a rule. @throws BillfoldError `policy.invalid` with the fields */
export function toJson(rule: unknown): string {
  const parsed = policyInput.safeParse(rule)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    throw riskError('policy.invalid', { issues })
  }
  const json = JSON.stringify(rule)
  if (Buffer.byteLength(json) > maxRuleBytes)
    throw riskError('policy.invalid', {
      issues: [{ path: '', message: `is larger than ${maxRuleBytes} bytes of JSON` }],
    })
  return json
}

/** One change at a time: each increments the version in all its rows. */
function versionWrites(tenant: string, version: number, now: number): readonly Write[] {
  return Array.from({ length: versionShards }, (_, shard) => {
    const id = shardId(tenant, shard)
    if (version > 0)
      return update(riskCounters, { where: { id, bucket: versionBucket, count: version }, add: { count: 1 } })
    return insert(riskCounters, {
      id,
      bucket: versionBucket,
      tenant,
      count: 1,
      amount: BigInt(now),
      expiresAt: versionBucket,
    })
  })
}
