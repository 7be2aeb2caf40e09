import { BillfoldError } from '@billfold/core'
import type { Guard, Route } from '@billfold/core/http'
import { actorFromRequest, findByIdentifier, getUser, type Services } from '@billfold/core/modules'
import { z } from 'zod'
import { assess, getAssessment, listAssessments, reportRisk } from '../score/assessments.ts'
import { signalsSchema } from '../score/signals.ts'
import type { RiskApiContext } from './context.ts'
import { riskGuards, riskRoutes } from './risk-route.ts'
import { success } from './reply-format.ts'

const id = z.string().min(1).max(36)
const subject = { email: z.string().max(320).optional(), userId: id.optional() }

/** The routes for assessments, for service keys with the scope `risk`. */
export function assessmentRoutes({ services, settings }: RiskApiContext): readonly Route[] {
  const guard = riskGuards(services).risk
  const assessBody = z.object({
    ...subject,
    act: z.string().max(32).optional(),
    amount: z
      .string()
      .regex(/^[0-9]{1,38}$/, 'must be an integer of minor units')
      .optional(),
    currency: z.string().max(128).optional(),
    signals: signalsSchema.optional(),
  })
  return [
    ...riskRoutes({
      id: 'assess',
      path: 'assess',
      summary: 'Assess the risk of a user or an act now',
      guard,
      body: assessBody,
      handle: async ({ act, amount, currency, signals, ...who }, context) => {
        const actor = actorFromRequest(context)
        const userId = await resolveUser(services, actor.tenant, who)
        const moved =
          amount === undefined || currency === undefined ? undefined : { asset: currency, amount: BigInt(amount) }
        const assessment = await assess(services, settings, actor, { userId, act, amount: moved, signals })
        return success('Risk assessed', assessment)
      },
    }),
    ...riskRoutes({
      id: 'listAssessments',
      path: 'assessments',
      summary: 'List the assessments of a user, newest first',
      guard,
      body: z.object({ ...subject, limit: z.coerce.number().int().min(1).max(200).default(50), after: id.optional() }),
      reads: true,
      handle: async ({ limit, after, ...who }, { caller }) => {
        const userId = await resolveUser(services, caller.tenant, who)
        return success('Assessments', await listAssessments(services, caller.tenant, userId, { limit, after }))
      },
    }),
    ...readRoutes(services, guard),
  ]
}

/** The routes that take no user. */
function readRoutes(services: Services, guard: Guard): readonly Route[] {
  return [
    ...riskRoutes({
      id: 'getAssessment',
      path: 'assessment',
      summary: 'Get an assessment with its factors',
      guard,
      body: z.object({ id }),
      reads: true,
      handle: async (body, { caller }) => success('Assessment', await getAssessment(services, caller.tenant, body.id)),
    }),
    ...riskRoutes({
      id: 'reportRisk',
      path: 'report',
      summary: 'Count assessments by severity, act and factor; days by UTC, the last one is part of it',
      guard,
      body: z.object({ from: z.iso.date(), to: z.iso.date() }),
      reads: true,
      handle: async ({ from, to }, { caller }) => {
        const range = { from: Date.parse(from), to: Date.parse(to) + 24 * 60 * 60 * 1000 }
        return success('Risk report', await reportRisk(services, caller.tenant, range))
      },
    }),
  ]
}

async function resolveUser(
  services: Services,
  tenant: string,
  { email, userId }: { readonly email?: string | undefined; readonly userId?: string | undefined },
): Promise<string> {
  if (userId !== undefined) return (await getUser(services, tenant, userId)).id
  const found =
    email === undefined ? undefined : await findByIdentifier(services, tenant, { kind: 'email', value: email })
  if (found === undefined) throw new BillfoldError('user.not-found')
  return found.userId
}
