import { z } from 'zod'
import type { Actor } from '../../audit/record.ts'
import {
  type Guard,
  type OpenBody,
  type RateLimit,
  type ReplyRule,
  type RequestContext,
  type Route,
  route,
} from '../../http/index.ts'
import { parseInput } from '../../http/parse-input.ts'
import { type Answer, type Sealing, sealReply } from './answer.ts'
import type { Authentication } from './authentication.ts'
import { actorOf, type AuthenticationCaller, callerOf } from './caller.ts'
import { containerOf, type OpenedBody, openBody } from './opened-body.ts'
import { type Keeping, stepOnce } from './step-once.ts'

/** A body whose `data` may be encrypted. */
export interface SealedBody<S extends z.ZodType> {
  /** Of what `data` holds. */
  readonly schema: S
  /** Bytes of the whole body as it is sent: an encrypted one is a third longer than its JSON. */
  readonly limit: number
  /** Whether a plain one is taken; `refused` holds for licences and tokens unless the host has set `allowPlaintext`, and never for service keys. */
  readonly plain: 'taken' | 'refused'
  /** A call without a body is taken as `{}`. */
  readonly optional?: boolean
}

/** What a handler gets beside its input. */
export interface Exchange {
  readonly caller: AuthenticationCaller
  readonly actor: Actor
  readonly context: RequestContext
  /** Whether the body came encrypted. */
  readonly encrypted: boolean
  /**
   * The writes that keep the answer under the request id, for the step's own commit: a process that dies after that commit has
   * answered all the same. Whoever leaves them out has the answer kept after the handler. Nothing on routes that are not `once`.
   */
  readonly keeping: Keeping
}

/** What was parsed before. */
const asItIs = z.unknown()

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined

/** What a handler gets: the output of each schema, undefined where a route has none. */
export interface SealedInput<P, Q, B> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  /** What the body's `data` holds. */
  readonly body: Parsed<B>
}

/**
 * Defines a route of this API: its guard, its body opened, its reply sealed, and, where it is `once`, its request id used up.
 */
export function sealedRoute<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  authentication: Authentication,
  definition: {
    readonly id: string
    readonly method: Route['method']
    readonly path: string
    readonly summary: string
    readonly guard: Guard
    readonly limits?: readonly RateLimit[]
    readonly params?: P
    readonly query?: Q
    readonly body?: B extends z.ZodType ? SealedBody<B> : undefined
    /** `once` for what changes something: a request id is good for one step. Reads may be repeated under one. */
    readonly request: 'once' | 'read'
    readonly sealing: Sealing
    readonly replies: Readonly<Record<number, ReplyRule>>
    readonly handler: (input: SealedInput<P, Q, B>, exchange: Exchange) => Promise<Answer>
  },
): Route {
  const { id, method, path, summary, guard, limits, params, query, body, replies, handler } = definition
  const container = body === undefined ? undefined : containerOf(body.schema)
  return route({
    id,
    method,
    path,
    summary,
    guard,
    replies,
    idempotency: definition.request === 'once' && method !== 'GET' ? 'key' : 'none',
    ...(limits !== undefined && { limits }),
    ...(params !== undefined && { params }),
    ...(query !== undefined && { query }),
    ...(body !== undefined &&
      container !== undefined && {
        body: { encoding: 'json' as const, schema: container, limit: body.limit, optional: body.optional === true },
        openBody: opening(container),
      }),
    handler: async (input, context) => {
      const caller = callerOf(context)
      const plain =
        body?.plain === 'taken' || caller.kind === 'service' || authentication.options.allowPlaintext === true
      const opened: OpenedBody | undefined = input.body === undefined ? undefined : openBody(caller, input.body, plain)
      const parsed = parseInput<SealedInput<P, Q, B>>(
        { params: asItIs, query: asItIs, headers: undefined, body: body?.schema },
        { ...input, headers: undefined, body: opened?.value },
      )
      const encrypted = opened?.form === 'encrypted'
      const exchange = { caller, actor: actorOf(context), context, encrypted }
      const take = (keeping: Keeping): Promise<Answer> => handler(parsed, { ...exchange, keeping })
      const asked = [id, JSON.stringify([input.params, input.query]), opened?.form ?? '', opened?.text ?? '']
      const once = definition.request === 'once'
      const answer = await (once ? stepOnce(authentication, caller, asked, take) : take(() => Promise.resolve([])))
      return sealReply(authentication, caller, answer, definition.sealing === 'always' || encrypted)
    },
  })
}

/** What a body says, and to whom the reply will be sealed. */
function opening(container: ReturnType<typeof containerOf>): OpenBody {
  return async (sent, context) => {
    const caller = callerOf(context)
    return [caller.envelope?.caller ?? '', openBody(caller, container.parse(sent), true).text]
  }
}
