import type { z } from 'zod'
import type { IncomingRequest, Reply } from './exchange.ts'
import type { MultipartLimits, Part } from './multipart.ts'
import { parseInput, type Unparsed } from './parse-input.ts'

/** Who calls, once a guard has let them in. */
export interface Caller {
  readonly kind: 'anonymous' | 'service' | 'user' | 'licence' | 'wallet'
  readonly tenant: string
  /** What limits are counted against and what the audit trail names: a service key's id, a user's id. */
  readonly id: string
  readonly scopes: ReadonlySet<string>
}

/** Lets callers in or throws `caller.unauthenticated` or `caller.forbidden`; describes itself for OpenAPI. */
export interface Guard {
  readonly name: string
  /** OpenAPI security requirement and schemes; empty for open routes. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly schemes: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly admit: (request: IncomingRequest) => Promise<Caller>
}

/** At most `most` calls in `seconds`, counted by source address or by caller. */
export interface RateLimit {
  readonly by: 'ip' | 'caller'
  readonly most: number
  readonly seconds: number
}

/** A body that a route takes: how it is encoded, how large it may be, and whether the route needs its raw bytes. */
export interface BodyRule<S extends z.ZodType = z.ZodType> {
  readonly encoding: 'json' | 'form'
  readonly schema: S
  /** In bytes. */
  readonly limit: number
  /**
   * Keep the raw bytes for the handler, as `rawBody`. With `when-kept` a call whose bytes a parser of the host did not keep
   * is let through without them, for routes that need them of some callers only.
   */
  readonly raw?: boolean | 'when-kept'
  /** A call without a body is taken as `{}`. */
  readonly optional?: boolean
  /** Takes `multipart/form-data` as well: the handler then reads `parts`, and the schema sees undefined. */
  readonly multipart?: MultipartRule
}

/** A multipart body that a route takes. */
export interface MultipartRule extends MultipartLimits {
  /** The parts, for OpenAPI. */
  readonly schema: z.ZodType
}

/** One reply that a route can give, for OpenAPI. */
export interface ReplyRule {
  readonly description: string
  readonly schema?: z.ZodType
}

/** What a handler gets beside its input. */
export interface RequestContext {
  readonly caller: Caller
  readonly requestId: string
  readonly ip: string
  readonly mount: string
  readonly method: string
  /** The path below the mount, with the query where there is one. */
  readonly target: string
  readonly signal: AbortSignal
  readonly headers: IncomingRequest['headers']
  /** The body as it was sent, on routes that ask for it. */
  readonly rawBody: Uint8Array | undefined
  /** The parts of a multipart body, on routes that take one. */
  readonly parts?: AsyncIterable<Part> | undefined
  /** Where the API is mounted, with the host framework's word for scheme and host: `https://example.com/id`. */
  readonly url?: string
  /** The framework's own view of the exchange, see {@link IncomingRequest.native}. */
  readonly native?: unknown
}

/**
 * What makes a repeated call harmless. `key`: under an `Idempotency-Key` the route acts once. `own`: the API's document has its own
 * way. `none`: the route only reads, or a further call does no harm.
 */
export type Idempotency = 'key' | 'own' | 'none'

/** Gives what an encrypted body says, so that a body that was encrypted anew is known to be the same. It gets what the schema sees. */
export type OpenBody = (body: unknown, context: RequestContext) => Promise<unknown>

/**
 * Says who calls a route whose guard lets everybody in, because the credential may be in the body: an idempotency key is then the
 * caller's, wherever they call from. Nothing where the route will refuse them. It gets what the schema sees.
 */
export type CallerInBody = (body: unknown, context: RequestContext) => Promise<Caller | undefined>

/** One operation of an API, as data. */
export interface Route {
  /** The operation's name, unique in its API: `createUser`. */
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/api/users/:userId`: literal segments and named parameters only, which every router reads alike. */
  readonly path: string
  readonly summary: string
  readonly guard: Guard
  readonly limits: readonly RateLimit[]
  readonly params: z.ZodType | undefined
  readonly query: z.ZodType | undefined
  readonly headers: z.ZodType | undefined
  readonly body: BodyRule | undefined
  /** By HTTP status. */
  readonly replies: Readonly<Record<number, ReplyRule>>
  readonly idempotency: Idempotency
  readonly openBody: OpenBody | undefined
  readonly callerInBody: CallerInBody | undefined
  /** Parses all parts (or throws `input.invalid` with the issues of all of them) and handles. */
  readonly run: (unparsed: Unparsed, context: RequestContext) => Promise<Reply>
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined

/** What a handler gets: the output of each schema, undefined where a route has none. */
export interface Input<P, Q, H, B> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  readonly headers: Parsed<H>
  readonly body: Parsed<B>
}

/** Defines a route: the handler's input has the types of its schemas. */
export function route<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  H extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(definition: {
  readonly id: string
  readonly method: Route['method']
  readonly path: string
  readonly summary: string
  readonly guard: Guard
  readonly limits?: readonly RateLimit[]
  readonly params?: P
  readonly query?: Q
  readonly headers?: H
  readonly body?: B extends z.ZodType ? BodyRule<B> : undefined
  readonly replies: Readonly<Record<number, ReplyRule>>
  /** `key` for POST and `none` for all else, unless said otherwise. */
  readonly idempotency?: Idempotency
  readonly openBody?: OpenBody
  readonly callerInBody?: CallerInBody | undefined
  readonly handler: (input: Input<P, Q, H, B>, context: RequestContext) => Promise<Reply>
}): Route {
  const {
    handler,
    limits = [],
    params,
    query,
    headers,
    body,
    idempotency,
    openBody,
    callerInBody,
    ...rest
  } = definition
  return Object.freeze({
    ...rest,
    idempotency: idempotency ?? (definition.method === 'POST' ? 'key' : 'none'),
    openBody,
    callerInBody,
    limits,
    params,
    query,
    headers,
    body,
    run: (unparsed: Unparsed, context: RequestContext) =>
      handler(parseInput<Input<P, Q, H, B>>({ params, query, headers, body: body?.schema }, unparsed), context),
  })
}
