import type { Guard, Route } from '@billfold/core/http'
import { type ActKind, actKinds, actorFromRequest } from '@billfold/core/modules'
import { z } from 'zod'
import type { PolicyEngine } from '../policies/authorize.ts'
import { managePolicies } from '../policies/policies-api.ts'
import { policyInput, type PolicyInput } from '../policies/policy.ts'
import { readPolicySet } from '../policies/policy-store.ts'
import type { RiskApiContext } from './context.ts'
import { riskGuards, riskRoutes } from './risk-route.ts'
import { success } from './reply-format.ts'

const id = z.string().min(1).max(36)

/** A rule is stored as it was sent, once it is valid. */
const policy = z.custom<PolicyInput>((value) => policyInput.safeParse(value).success, {
  error: 'is not a valid policy',
})

const isActKind = (text: string): text is ActKind => Object.hasOwn(actKinds, text)
const amount = z.string().regex(/^[0-9]{1,38}$/)
const testBody = z.object({
  kind: z.string().refine(isActKind),
  userId: id.nullable().default(null),
  walletId: id.optional(),
  chain: z.string().max(32).optional(),
  network: z.string().max(64).optional(),
  to: z.string().max(128).optional(),
  value: amount.default('0'),
  data: z
    .string()
    .regex(/^0x(?:[0-9a-fA-F]{2})*$/)
    .default('0x'),
  typedData: z.record(z.string(), z.unknown()).optional(),
  currency: z.string().max(32).optional(),
  amount: amount.default('0'),
  counterparty: z.string().max(128).optional(),
  isKnownDevice: z.boolean().optional(),
})

/** The routes for rules, for service keys with the scope `risk:policies`. */
export function policyRoutes({ services, engine }: RiskApiContext): readonly Route[] {
  const guard = riskGuards(services).policies
  const manage = managePolicies(services, engine)
  return [
    ...testRoutes(engine, guard),
    ...riskRoutes({
      id: 'listPolicies',
      path: 'policies',
      summary: 'List the policies',
      guard,
      body: z.object({}),
      reads: true,
      handle: async (_, { caller }) => success('Policies', (await readPolicySet(services, caller.tenant)).policies),
    }),
    ...riskRoutes({
      id: 'addPolicy',
      path: 'add_policy',
      summary: 'Add a policy',
      guard,
      body: z.object({ policy }),
      handle: async (body, context) =>
        success('Policy added', await manage.add(actorFromRequest(context), body.policy)),
    }),
    ...riskRoutes({
      id: 'updatePolicy',
      path: 'update_policy',
      summary: 'Replace a policy, as of the version that was read',
      guard,
      body: z.object({ id, version: z.int().min(1), policy }),
      handle: async (body, context) =>
        success('Policy updated', await manage.update(actorFromRequest(context), body.id, body.version, body.policy)),
    }),
    ...riskRoutes({
      id: 'deletePolicy',
      path: 'delete_policy',
      summary: 'Delete a policy',
      guard,
      body: z.object({ id }),
      handle: async (body, context) => {
        await manage.remove(actorFromRequest(context), body.id)
        return success('Policy deleted')
      },
    }),
  ]
}

/** The route that decides without doing. */
function testRoutes(engine: PolicyEngine, guard: Guard): readonly Route[] {
  return riskRoutes({
    id: 'testPolicy',
    path: 'test_policy',
    summary: 'Decide about an act without doing or counting it',
    guard,
    body: testBody,
    reads: true,
    handle: async ({ to, value, data, currency, amount: money, ...act }, context) => {
      const decided = await engine.decide({
        ...act,
        actor: actorFromRequest(context),
        content: '',
        ...(to !== undefined && { call: { to, value: BigInt(value), data: Buffer.from(data.slice(2), 'hex') } }),
        ...(currency !== undefined && { money: { currency, amount: BigInt(money) } }),
      })
      const { outcome, policy: rule } = decided.decision
      return success('Policy tested', { decision: outcome.decision, policyId: rule?.id ?? null })
    },
  })
}
