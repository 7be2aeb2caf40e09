import type { z } from 'zod'
import type { BillfoldError, ErrorCode } from '../kernel/errors.ts'
import type { BodyCodec } from './body-codec.ts'
import type { BodyGuard, Caller, Guard } from './guard.ts'
import type { IncomingRequest, Reply } from './request-response.ts'
import type { MultipartLimits, MultipartPart } from './multipart.ts'
import { type Prepare, prepareCoded, preparePlain } from './prepare-request.ts'

/** A rate limit of a route: at most `limit` requests in `windowSeconds`, by source address or by caller. */
export interface RateLimit {
  readonly by: 'ip' | 'caller'
  readonly limit: number
  readonly windowSeconds: number
}

/** The body of a route: encoding, schema, size limit, and whether the handler needs the raw bytes. */
export interface BodyRule<S extends z.ZodType = z.ZodType> {
  readonly encoding: 'json' | 'form'
  readonly schema: S
  /** Maximum size in bytes. */
  readonly limit: number
  /**
   * Provides the raw bytes to the handler as `rawBody`. With `if-available` a request is accepted without them if the host's
   * parser did not retain them, for routes that need them from some callers only.
   */
  readonly raw?: boolean | 'if-available'
  /** Treats a missing body as `{}`. */
  readonly optional?: boolean
  /** Also accepts `multipart/form-data`: the handler then reads `parts`, and the schema receives undefined. */
  readonly multipart?: MultipartRule
}

/** The multipart body of a route. */
export interface MultipartRule extends MultipartLimits {
  /** Schema of the parts, for OpenAPI. */
  readonly schema: z.ZodType
}

/** A documented reply of a route, for OpenAPI. */
export interface ReplyRule {
  readonly description: string
  readonly schema?: z.ZodType
}

/** The request context of a handler. */
export interface RequestContext {
  readonly caller: Caller
  readonly requestId: string
  readonly ip: string
  readonly mount: string
  readonly method: string
  /** The path below the mount, with the query if there is one. */
  readonly target: string
  readonly signal: AbortSignal
  readonly headers: IncomingRequest['headers']
  /** The raw body, on routes with `body.raw`. */
  readonly rawBody: Uint8Array | undefined
  /** The parts of a multipart body, on routes with `body.multipart`. */
  readonly parts?: AsyncIterable<MultipartPart> | undefined
  /** The URL of the mount, with scheme and host as reported by the framework: `https://example.com/id`. */
  readonly url?: string
  /** The framework's own objects, see {@link IncomingRequest.native}. */
  readonly native?: unknown
}

/**
 * The idempotency of a route. `key`: an `Idempotency-Key` makes retries safe. `custom`: the API's document defines its own
 * mechanism. `none`: the route only reads, or is idempotent by itself.
 */
export type Idempotency = 'key' | 'custom' | 'none'

/** An operation of an API, as data. */
export interface Route {
  /** The operation id, unique in its API: `createUser`. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
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
  /**
   * Validates the input, decodes the body, and returns the handler ready to run, so that the decoded input can be compared with an
   * earlier request before. Throws `input.invalid` with the issues of all parts.
   */
  readonly prepare: Prepare
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined

/** The validated input of a handler: the output of each schema, or undefined. */
export interface RouteInput<P, Q, H, B> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  readonly headers: Parsed<H>
  readonly body: Parsed<B>
}

/** The parts of a route's definition that do not depend on its codec. */
interface RouteFields<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  H extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
> {
  readonly id: string
  readonly method: Route['method']
  readonly path: string
  readonly summary: string
  readonly guard: Guard | BodyGuard
  readonly limits?: readonly RateLimit[]
  readonly params?: P
  readonly query?: Q
  readonly headers?: H
  readonly body?: B extends z.ZodType ? BodyRule<B> : undefined
  readonly replies: Readonly<Record<number, ReplyRule>>
  /** Defaults to `key` for POST and to `none` for other methods. */
  readonly idempotency?: Idempotency
  /**
   * Replies that the API's document prescribes for errors of the handler, in place of the error format of the API. They report that
   * nothing was done, so they are not stored for an `Idempotency-Key`.
   */
  readonly documentedErrors?: DocumentedErrors
}

/** The definition of a route whose bodies are transmitted as they are, see {@link route}. */
export interface RouteDefinition<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  H extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
> extends RouteFields<P, Q, H, B> {
  readonly codec?: undefined
  readonly handler: (input: RouteInput<P, Q, H, B>, context: RequestContext) => Promise<Reply>
}

/** The definition of a route with a codec, see {@link route}. */
export interface CodedRouteDefinition<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  H extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  State,
  Result,
> extends RouteFields<P, Q, H, B> {
  /** The transmitted form of the bodies, such as their encryption. The schemas describe the decoded form. */
  readonly codec: BodyCodec<State, Result>
  /** Returns the result that the codec encodes. */
  readonly handler: (input: RouteInput<P, Q, H, B>, context: RequestContext, state: State) => Promise<Result>
}

/** Replies to errors, by error code. */
export type DocumentedErrors = Readonly<Partial<Record<ErrorCode, (error: BillfoldError) => Reply>>>

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
    body: body === undefined || codec === undefined ? body : { ...body, schema: codec.transmittedSchema(body.schema) },
    replies,
    idempotency: definition.idempotency ?? (method === 'POST' ? 'key' : 'none'),
    prepare: definition.codec === undefined ? preparePlain(definition) : prepareCoded(definition),
  })
}
