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
import { containerOf, openBody } from './opened-body.ts'
import { type Keeping, stepOnce } from './step-once.ts'

/** A body whose `data` may be encrypted. */
export interface SealedBody<S extends z.ZodType> {
  /** The schema of `data`. */
  readonly schema: S
  /** The maximum size of the transmitted body, in bytes. Encryption makes it a third longer than its JSON. */
  readonly limit: number
  /** Accepts or rejects a plain body. `rejected` applies to licences and tokens unless `allowPlaintext` is set, and never to service keys. */
  readonly plain: 'accepted' | 'rejected'
  /** Treats a missing body as `{}`. */
  readonly optional?: boolean
}

/** The context of a handler. */
export interface Exchange {
  readonly caller: AuthenticationCaller
  readonly actor: Actor
  readonly context: RequestContext
  /** True if the body was encrypted. */
  readonly encrypted: boolean
  /**
   * Builds the writes that store the reply under the request id. Commit them with the step, so that a crash after the commit does not
   * lose the reply. If the handler does not use them, the reply is stored after it. Empty on routes without replay protection.
   */
  readonly keeping: Keeping
}

/** Accepts input that was parsed before. */
const alreadyParsed = z.unknown()

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined

/** The input of a handler: the output of each schema, undefined if the route has none. */
export interface SealedInput<P, Q, B> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  /** The value of the body's `data`. */
  readonly body: Parsed<B>
}

/** Defines a route of this API whose body is decrypted, whose reply is encrypted, and whose request id is protected against replay. */
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
    /** `single-use` for state-changing routes: a request id is valid for one step. Reads may repeat a request id. */
    readonly replayProtection: 'single-use' | 'none'
    readonly encryption: Sealing
    readonly replies: Readonly<Record<number, ReplyRule>>
    readonly handler: (input: SealedInput<P, Q, B>, exchange: Exchange) => Promise<Answer>
  },
): Route {
  const { id, method, path, summary, guard, limits, params, query, body, replies, handler } = definition
  const container = body === undefined ? undefined : containerOf(body.schema)
  const isPlainAllowed = ({ kind }: AuthenticationCaller): boolean =>
    body?.plain === 'accepted' || kind === 'service' || authentication.options.allowPlaintext === true
  return route({
    id,
    method,
    path,
    summary,
    guard,
    replies,
    idempotency: definition.replayProtection === 'single-use' && method !== 'GET' ? 'key' : 'none',
    ...(limits !== undefined && { limits }),
    ...(params !== undefined && { params }),
    ...(query !== undefined && { query }),
    ...(body !== undefined &&
      container !== undefined && {
        body: { encoding: 'json' as const, schema: container, limit: body.limit, optional: body.optional === true },
        openBody: decryptedForIdempotency(container),
      }),
    handler: async (input, context) => {
      const caller = callerOf(context)
      const decrypted = input.body === undefined ? undefined : openBody(caller, input.body, isPlainAllowed(caller))
      const parsed = parseInput<SealedInput<P, Q, B>>(
        { params: alreadyParsed, query: alreadyParsed, headers: undefined, body: body?.schema },
        { ...input, headers: undefined, body: decrypted?.value },
      )
      const encrypted = decrypted?.form === 'encrypted'
      const handlerContext = { caller, actor: actorOf(context), context, encrypted }
      const run = (replyWrites: Keeping): Promise<Answer> =>
        handler(parsed, { ...handlerContext, keeping: replyWrites })
      const step = [id, JSON.stringify([input.params, input.query]), decrypted?.form ?? '', decrypted?.text ?? '']
      const isSingleUse = definition.replayProtection === 'single-use'
      const reply = await (isSingleUse ? stepOnce(authentication, caller, step, run) : run(() => Promise.resolve([])))
      return sealReply(authentication, caller, reply, definition.encryption === 'always' || encrypted)
    },
  })
}

/** Returns the values that idempotency keys compare: the decrypted body, and the key that the reply is encrypted to. */
function decryptedForIdempotency(container: ReturnType<typeof containerOf>): OpenBody {
  return async (body, context) => {
    const caller = callerOf(context)
    return [caller.envelope?.caller ?? '', openBody(caller, container.parse(body), true).text]
  }
}
