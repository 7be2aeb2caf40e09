import type { Application, Billfold } from '@billfold/core'
import { type Guard, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import type { AdminRisk } from './admin-risk.ts'
import { actor, tenantOf } from './administrator-of.ts'

const statuses = ['submitted', 'in_review', 'approved', 'rejected', 'withdrawn', 'returned_for_changes'] as const
const decisions = ['in_review', 'approved', 'rejected', 'returned_for_changes'] as const
const id = z.string().min(1).max(64)
const list = z.object({ items: z.array(z.unknown()) })

/** Applications and their decisions, and requests that wait for approvals of users. */
export function applicationRoutes(billfold: Billfold, guard: Guard, risk: AdminRisk | undefined): readonly Route[] {
  return [
    route({
      id: 'listApplications',
      method: 'GET',
      path: '/api/applications',
      summary: 'A page of applications, newest first',
      guard,
      query: z.object({
        status: z.enum(statuses).optional(),
        page: z.coerce.number().int().min(1).max(10_000).default(1),
      }),
      replies: { 200: { description: 'The applications', schema: list } },
      handler: async ({ query: { status, page } }, { caller }) => {
        const tenant = tenantOf(caller)
        const filter = { page, ...(status !== undefined && { status }), ...(tenant !== undefined && { tenant }) }
        const items = await billfold.onboarding.applications.list(filter)
        return { status: 200, body: { items: items.map(summarize) } }
      },
    }),
    route({
      id: 'showApplication',
      method: 'GET',
      path: '/api/applications/:applicationId',
      summary: 'What an applicant has submitted, without files; recorded in the audit log',
      guard,
      params: z.object({ applicationId: id }),
      replies: {
        200: { description: 'The application', schema: z.looseObject({}) },
        404: { description: 'There is no such application' },
      },
      handler: async ({ params }, { caller }) => {
        const by = actor(caller.id)
        const application = await billfold.onboarding.applications.view(params.applicationId, tenantOf(caller), { by })
        return { status: 200, body: { ...application } }
      },
    }),
    decideRoute(billfold, guard),
    ...(risk === undefined ? [] : [approvalsRoute(guard, risk)]),
  ]
}

function decideRoute(billfold: Billfold, guard: Guard): Route {
  return route({
    id: 'decideApplication',
    method: 'POST',
    path: '/api/applications/:applicationId/transition',
    summary: 'Change the status of an application, with a note to the applicant',
    guard,
    idempotency: 'none',
    params: z.object({ applicationId: id }),
    body: {
      encoding: 'json',
      limit: 16 * 1024,
      schema: z.object({ to: z.enum(decisions), note: z.string().max(2000).optional() }),
    },
    replies: {
      200: { description: 'The application', schema: z.looseObject({}) },
      404: { description: 'There is no such application' },
      409: { description: 'The status does not allow this change' },
    },
    handler: async ({ params, body: { to, note } }, { caller }) => {
      const tenant = tenantOf(caller)
      const move = {
        to,
        by: actor(caller.id),
        ...(note !== undefined && { note }),
        ...(tenant !== undefined && { tenant }),
      }
      const application = await billfold.onboarding.applications.transition(params.applicationId, move)
      return { status: 200, body: summarize(application) }
    },
  })
}

/** What the list shows. The attributes are personal data: they are in the view of the application and in that of the user, which are recorded. */
function summarize({ id: applicationId, templateId, status, createdAt, attributes, files }: Application) {
  return { id: applicationId, templateId, status, createdAt, attributes: attributes.length, files: files.length }
}

/** Only users can approve, each with a signing method: the page shows what waits. */
function approvalsRoute(guard: Guard, { approvals }: AdminRisk): Route {
  return route({
    id: 'listApprovals',
    method: 'GET',
    path: '/api/approvals',
    summary: 'The acts that wait for approvals of users',
    guard,
    replies: { 200: { description: 'The requests', schema: list } },
    handler: async (_, { caller }) => ({
      status: 200,
      body: { items: await approvals.list(undefined, tenantOf(caller)) },
    }),
  })
}
