import type { Billfold } from '@billfold/core'
import { type Guard, type Route, route } from '@billfold/core/http'
import { z } from 'zod'
import { actor, tenantOf } from './administrator-of.ts'

const input = z.object({
  tag: z.string().trim().min(1).max(128),
  authLevel: z.enum(['standard', 'system']),
  community: z.string().min(1).max(128).optional(),
  expiresAt: z.int().positive().optional(),
})

/** List, create and revoke licences. The value of a licence is in the reply that creates it, and nowhere else. */
export function licenceRoutes(billfold: Billfold, guard: Guard): readonly Route[] {
  return [
    route({
      id: 'listLicences',
      method: 'GET',
      path: '/api/licences',
      summary: 'A page of licences, oldest first, also those that have ended',
      guard,
      query: z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) }),
      replies: { 200: { description: 'The licences, without their values', schema: z.looseObject({}) } },
      handler: async ({ query: { page } }, { caller }) => ({
        status: 200,
        body: { items: await billfold.licences.list(tenantOf(caller), { page, size: 200 }) },
      }),
    }),
    route({
      id: 'createLicence',
      method: 'POST',
      path: '/api/licences',
      summary: 'Create a licence of the authentication API',
      guard,
      idempotency: 'none',
      body: { encoding: 'json', limit: 4096, schema: input },
      replies: { 200: { description: 'The licence with its value', schema: z.looseObject({}) } },
      handler: async ({ body: { community, expiresAt, ...required } }, { caller }) => {
        const tenant = tenantOf(caller)
        const wanted = {
          ...required,
          ...(community !== undefined && { community }),
          ...(expiresAt !== undefined && { expiresAt }),
          ...(tenant !== undefined && { tenant }),
        }
        return { status: 200, body: await billfold.licences.create(wanted, { by: actor(caller.id) }) }
      },
    }),
    route({
      id: 'revokeLicence',
      method: 'POST',
      path: '/api/licences/:licenceId/revoke',
      summary: 'Revoke a licence at once, in all processes',
      guard,
      idempotency: 'none',
      params: z.object({ licenceId: z.string().min(1).max(64) }),
      replies: {
        200: { description: 'Done', schema: z.object({ done: z.literal(true) }) },
        404: { description: 'There is no such licence, or it is revoked' },
      },
      handler: async ({ params }, { caller }) => {
        await billfold.licences.revoke(params.licenceId, tenantOf(caller), { by: actor(caller.id) })
        return { status: 200, body: { done: true } }
      },
    }),
  ]
}
