import { byGet, type Guard, type Reply, type RequestContext, type Route, route } from '@billfold/core/http'
import { serviceGuard, type Services, signingMethodHeadersSchema } from '@billfold/core/modules'
import type { z } from 'zod'
import { riskReply } from './reply-format.ts'

/** Guards of the routes for service keys: one for assessments, one for rules. */
export function riskGuards(services: Services): {
  readonly risk: Guard
  readonly policies: Guard
} {
  return {
    risk: serviceGuard(services, 'risk'),
    policies: serviceGuard(services, 'risk:policies', 'risk'),
  }
}

/** A route of the API. */
interface RiskRoute<Body extends z.ZodObject> {
  readonly id: string
  readonly path: string
  readonly summary: string
  readonly guard: Guard
  readonly body: Body
  /** True if it changes nothing: then it is served by GET too, and needs no idempotency key. */
  readonly reads?: true
  readonly handle: (
    body: z.output<Body>,
    context: RequestContext,
    headers: z.output<typeof signingMethodHeadersSchema>,
  ) => Promise<Reply>
}

/** Creates a route for POST and, if it changes nothing, one for GET. */
export function riskRoutes<Body extends z.ZodObject>(definition: RiskRoute<Body>): readonly Route[] {
  const { id, path, summary, guard, body, reads, handle } = definition
  // The schema without its type: the type of a route cannot be derived from a type parameter.
  const schema: z.ZodType = body
  const post = route({
    id,
    method: 'POST',
    path: `/api/v2/rasbita/${path}`,
    summary,
    guard,
    ...(reads === true && { idempotency: 'none' as const }),
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema, limit: 64 * 1024, raw: 'if-available' },
    replies: { 200: { description: 'The result', schema: riskReply } },
    handler: async (input, context) => handle(body.parse(input.body), context, input.headers),
  })
  return reads === true ? [post, byGet(post, guard)] : [post]
}
