import type { z } from 'zod'
import type { BodyGuard, Guard } from './guard.ts'
import { type Prepare, prepareCoded, preparePlain } from './prepare-request.ts'
import type {
  BodyRule,
  CodedRouteDefinition,
  Idempotency,
  RateLimit,
  ReplyRule,
  RouteDefinition,
  RouteMethod,
} from './route-definition.ts'

/** An operation of an API, as data. */
export interface Route {
  /** The operation id, unique in its API: `createUser`. */
  readonly id: string
  readonly method: RouteMethod
  /** Literal segments and named parameters only, which is portable between routers: `/api/users/:userId`. */
  readonly path: string
  readonly summary: string
  readonly guard: Guard | BodyGuard
  readonly limits: readonly RateLimit[]
  readonly params: z.ZodType | undefined
  readonly query: z.ZodType | undefined
  readonly headers: z.ZodType | undefined
  readonly body: BodyRule | undefined
  /** Documented replies by HTTP status. */
  readonly replies: Readonly<Record<number, ReplyRule>>
  readonly idempotency: Idempotency
  /** True if OpenAPI does not list the route. */
  readonly unlisted: boolean
  /** True if a reply carries a secret. */
  readonly secretReply: boolean
  /**
   * Validates the input, decodes the body, and returns the handler ready to run, so that the decoded input can be compared with an
   * earlier request before. Throws `input.invalid` with the issues of all parts.
   */
  readonly prepare: Prepare
}

/**
 * Defines a route. The types of the handler's input are inferred from the schemas.
 *
 * @param definition the operation: path, guard, schemas, documented replies and handler
 *
 * @example
 * ```ts
 * import { type Guard, route } from '@billfold/core/http'
 * import { z } from 'zod'
 *
 * const guard: Guard = {
 *   name: 'public',
 *   security: [],
 *   schemes: {},
 *   admit: async () => ({ kind: 'anonymous', tenant: 'default', id: 'anonymous', scopes: new Set() }),
 * }
 * export const echo = route({
 *   id: 'echo',
 *   method: 'GET',
 *   path: '/echo/:text',
 *   summary: 'Returns the text',
 *   guard,
 *   params: z.object({ text: z.string().max(100) }),
 *   replies: { 200: { description: 'The text' } },
 *   handler: async ({ params }) => ({ status: 200, body: { text: params.text } }),
 * })
 * ```
 */
export function route<
  State,
  Result,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  H extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(definition: CodedRouteDefinition<P, Q, H, B, State, Result>): Route
export function route<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  H extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(definition: RouteDefinition<P, Q, H, B>): Route
export function route<
  State,
  Result,
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  H extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
>(definition: RouteDefinition<P, Q, H, B> | CodedRouteDefinition<P, Q, H, B, State, Result>): Route {
  const { id, method, path, summary, guard, limits = [], params, headers, replies } = definition
  const { codec, query } = definition
  const body: BodyRule | undefined = definition.body
  const transmittedBody = body && codec && { ...body, schema: codec.transmittedSchema(body.schema) }
  return Object.freeze({
    id,
    method,
    path,
    summary,
    guard,
    limits,
    params,
    query,
    headers,
    body: transmittedBody ?? body,
    replies,
    unlisted: definition.unlisted ?? false,
    idempotency: definition.idempotency ?? (method === 'POST' ? 'key' : 'none'),
    secretReply: definition.secretReply ?? false,
    prepare:
      definition.codec === undefined ? preparePlain(definition) : prepareCoded(definition, transmittedBody?.schema),
  })
}
