import type { z } from 'zod'
import type { BillfoldError, ErrorCode } from '../kernel/errors.ts'
import type { BodyCodec } from './body-codec.ts'
import type { BodyGuard, Guard } from './guard.ts'
import type { MultipartLimits } from './multipart.ts'
import type { RequestContext } from './request-context.ts'
import type { Reply } from './request-response.ts'

/** The methods that routes have. */
export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

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
  /**
   * Paths of fields (`message`, `request.data`) whose text is never stored, and may therefore contain U+0000. In all other fields
   * U+0000 is refused, because PostgreSQL cannot store it.
   */
  readonly transientText?: readonly string[]
  /** An example for OpenAPI. Default: computed from the schema. */
  readonly example?: unknown
  /**
   * Also accepts `application/jwt`: the value that the schema, or the codec of the route, receives is then the text of the token. The
   * limit is the same.
   */
  readonly jwt?: true
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

/**
 * The idempotency of a route. `key`: an `Idempotency-Key` makes retries safe. `custom`: the API's document defines its own
 * mechanism. `none`: the route only reads, or is idempotent by itself.
 */
export type Idempotency = 'key' | 'custom' | 'none'

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
  readonly method: RouteMethod
  readonly path: string
  readonly summary: string
  readonly guard: Guard | BodyGuard
  readonly limits?: readonly RateLimit[]
  readonly params?: P
  readonly query?: Q
  readonly headers?: H
  readonly body?: B extends z.ZodType ? BodyRule<B> : undefined
  readonly replies: Readonly<Record<number, ReplyRule>>
  /** True for a route that only says that something is not configured: OpenAPI does not list it. */
  readonly unlisted?: boolean
  /** Defaults to `key` for POST and to `none` for other methods. */
  readonly idempotency?: Idempotency
  /**
   * True if a reply carries a secret or something as good: a code, a key, a token, a signature. It is stored for minutes for an
   * `Idempotency-Key`, and given only to a repetition that presents the same PIN or password. Defaults to false.
   */
  readonly secretReply?: boolean
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
