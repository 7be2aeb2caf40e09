import { type Billfold, isAuditAction } from '@billfold/core'
import { type Guard, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import { tenantOf } from './administrator-of.ts'

const id = z.string().min(1).max(128)

/** The audit log. */
export function auditRoutes(billfold: Billfold, guard: Guard): readonly Route[] {
  return [
    route({
      id: 'searchAudit',
      method: 'GET',
      path: '/api/audit',
      summary: 'Records of the audit log, newest first',
      guard,
      query: z.object({
        action: z.string().max(64).optional(),
        subject: id.optional(),
        actor: id.optional(),
        after: id.optional(),
      }),
      replies: { 200: { description: 'The records', schema: z.looseObject({}) } },
      handler: async ({ query: { action, ...filter } }, { caller }) => {
        const tenant = tenantOf(caller)
        const known = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
        if (action !== undefined && !isAuditAction(action)) return { status: 200, body: { records: [] } }
        const body = await billfold.audit.search({
          ...known,
          ...(action !== undefined && { action }),
          ...(tenant !== undefined && { tenant }),
        })
        return { status: 200, body }
      },
    }),
  ]
}
