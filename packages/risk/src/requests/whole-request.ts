import type { Services } from '@billfold/core/modules'
import { z } from 'zod'
import { riskError } from '../declarations.ts'
import { readPolicySet } from '../policies/policy-store.ts'
import { policyInput } from '../policies/policy.ts'
import { getOpenRequest, mayApprove, toWaitingRequest, type WaitingRequest } from './approvals.ts'
import { type Difference, listDifferences } from './json-difference.ts'
import { openWholeSummary } from './request-content.ts'

/** What a change of the policies changes. */
export interface PolicyDifference {
  readonly kind: 'add' | 'update' | 'remove'
  /** The policy; undefined if it is added. */
  readonly policyId: string | undefined
  /** True if the policy is another since the change was asked for: the change then fails, or needs a further request. */
  readonly outdated: boolean
  /** By field. Of a policy that is added or removed, all its fields. */
  readonly differences: readonly Difference[]
}

/** A request that waits, with the whole of what is signed. */
export interface WholeRequest extends WaitingRequest {
  /** What is different once the policies are changed. Only for acts of the kind `policy-change`. */
  readonly policyChange?: PolicyDifference
}

/**
 * Returns a request that waits, with the whole content of its act.
 * @param userId the user who asks: the request's own user, or one who may approve it; undefined for the host
 * @throws BillfoldError `approval.not-found`, also if the user may not see it
 */
export async function getWholeRequest(
  services: Services,
  tenant: string,
  requestId: string,
  userId: string | undefined,
): Promise<WholeRequest> {
  const row = await getOpenRequest(services, tenant, requestId)
  if (userId !== undefined && row.userId !== userId && !mayApprove(row, userId)) throw riskError('approval.not-found')
  const request = await toWaitingRequest(services, row)
  const act = await openWholeSummary(services, row)
  const policyChange =
    act.kind === 'policy-change' ? await describePolicyChange(services, tenant, act.content) : undefined
  return { ...request, act, ...(policyChange !== undefined && { policyChange }) }
}

const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('add'), rule: policyInput }),
  z.object({ kind: z.literal('update'), id: z.string(), version: z.int(), rule: policyInput }),
  z.object({ kind: z.literal('remove'), id: z.string(), version: z.int().optional() }),
])

/** Undefined for requests of earlier versions, which have only the beginning of the change. */
async function describePolicyChange(
  services: Services,
  tenant: string,
  content: string,
): Promise<PolicyDifference | undefined> {
  const parsed = changeSchema.safeParse(toJson(content))
  if (!parsed.success) return undefined
  const change = parsed.data
  const { policies } = await readPolicySet(services, tenant)
  const policyId = change.kind === 'add' ? undefined : change.id
  const before = policies.find(({ id }) => id === policyId)
  const version = change.kind === 'add' ? undefined : change.version
  const after = change.kind === 'remove' ? {} : withText(change.rule)
  const fields = before === undefined ? {} : withoutIdentity(before)
  return {
    kind: change.kind,
    policyId,
    outdated: before?.version !== version && change.kind !== 'add',
    differences: listDifferences(fields, after),
  }
}

function withoutIdentity({ id: _id, version: _version, ...rule }: { readonly id: string; readonly version: number }) {
  return withText(rule)
}

/** The rule with its defaults, as JSON: amounts are text again. */
function withText(rule: object): unknown {
  return JSON.parse(JSON.stringify(rule, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)))
}

function toJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}
