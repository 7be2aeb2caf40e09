import { z } from 'zod'
import type { Actor } from '../../../platform/audit/audit-write.ts'
import {
  type Guard,
  type BodyCodec,
  type RateLimit,
  type ReplyRule,
  type RequestContext,
  type Route,
  route,
} from '../../../http/index.ts'
import { parseInput } from '../../../http/parse-input.ts'
import { type StepReply, type ReplyEncryption, encryptReply } from './step-reply.ts'
import type { AuthenticationContext } from '../context.ts'
import {
  toAuthenticationActor,
  type AuthenticationCaller,
  requireAuthenticationCaller,
} from '../callers/authentication-caller.ts'
import { bodyContainerSchema, type DecryptedBody, decryptBody } from './decrypt-body.ts'
import { type CommittedReply, type RequestClaim, withReplayProtection } from './replay-protection.ts'

/** A body whose `data` may be encrypted. */
export interface EncryptableBody<S extends z.ZodType> {
  /** The schema of `data`. */
  readonly schema: S
  /** The maximum size of the transmitted body, in bytes. Encryption makes it a third longer than its JSON. */
  readonly limit: number
  /** Accepts or rejects a plain body. `rejected` applies to licences and tokens unless `allowPlaintext` is set, and never to service keys. */
  readonly plaintext: 'accepted' | 'rejected'
  /** Treats a missing body as `{}`. */
  readonly optional?: boolean
}

/** The context of a handler. */
export interface EncryptedRouteContext {
  readonly caller: AuthenticationCaller
  readonly actor: Actor
  readonly context: RequestContext
  /** True if the body was encrypted. */
  readonly encrypted: boolean
  readonly claim: RequestClaim
}

/** Accepts input that was parsed before. */
const alreadyParsed = z.unknown()

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined

/** The input of a handler: the output of each schema, undefined if the route has none. */
export interface EncryptedRouteInput<P, Q, B> {
  readonly params: Parsed<P>
  readonly query: Parsed<Q>
  /** The value of the body's `data`. */
  readonly body: Parsed<B>
}

/** Defines a route of this API whose body is decrypted, whose reply is encrypted, and whose request id is protected against replay. */
export function encryptedRoute<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  authentication: AuthenticationContext,
  definition: {
    readonly id: string
    readonly method: Route['method']
    readonly path: string
    readonly summary: string
    readonly guard: Guard
    readonly limits?: readonly RateLimit[]
    readonly params?: P
    readonly query?: Q
    readonly body?: B extends z.ZodType ? EncryptableBody<B> : undefined
    /** `single-use` for state-changing routes: a request id is valid for one step. Reads may repeat a request id. */
    readonly replayProtection: 'single-use' | 'none'
    readonly encryption: ReplyEncryption
    readonly replies: Readonly<Record<number, ReplyRule>>
    readonly handler: (input: EncryptedRouteInput<P, Q, B>, exchange: EncryptedRouteContext) => Promise<StepReply | CommittedReply>
  },
): Route {
  const { id, method, path, summary, guard, limits, params, query, body, replies, handler } = definition
  const schema: z.ZodType | undefined = body?.schema
  const container = schema === undefined ? undefined : bodyContainerSchema(schema)
  const isPlainAllowed = ({ kind }: AuthenticationCaller): boolean =>
    body?.plaintext === 'accepted' || kind === 'service' || authentication.options.allowPlaintext === true
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
      schema !== undefined && {
        body: { encoding: 'json' as const, schema, limit: body.limit, optional: body.optional === true },
      }),
    codec: secureChannelCodec(authentication, container, isPlainAllowed, definition.encryption),
    handler: async (input, context, { caller, decrypted }) => {
      const parsed = parseInput<EncryptedRouteInput<P, Q, B>>(
        { params: alreadyParsed, query: alreadyParsed, headers: undefined, body: alreadyParsed },
        { ...input, headers: undefined },
      )
      const encrypted = decrypted?.form === 'encrypted'
      const handlerContext = { caller, actor: toAuthenticationActor(context), context, encrypted }
      const run = (claim: RequestClaim): Promise<StepReply | CommittedReply> =>
        handler(parsed, { ...handlerContext, claim })
      const step = [id, JSON.stringify([input.params, input.query]), decrypted?.form ?? '', decrypted?.text ?? '']
      const isSingleUse = definition.replayProtection === 'single-use'
      const reply = isSingleUse ? await withReplayProtection(authentication, caller, step, run) : await run(undefined)
      return 'committed' in reply ? reply.committed : reply
    },
  })
}

/** The caller of a request, and its decrypted body. */
interface SecureChannelState {
  readonly caller: AuthenticationCaller
  readonly decrypted: DecryptedBody | undefined
}

/** Decrypts bodies, and encrypts replies if they are always to be encrypted or the request was. */
function secureChannelCodec(
  authentication: AuthenticationContext,
  container: ReturnType<typeof bodyContainerSchema> | undefined,
  isPlainAllowed: (caller: AuthenticationCaller) => boolean,
  encryption: ReplyEncryption,
): BodyCodec<SecureChannelState, StepReply> {
  return {
    transmittedSchema: (schema) => container ?? schema,
    decode: async (body, context) => {
      const caller = requireAuthenticationCaller(context)
      const decrypted =
        container === undefined ? undefined : decryptBody(caller, container.parse(body), isPlainAllowed(caller))
      return { value: decrypted?.value, state: { caller, decrypted }, replyKey: caller.channel?.callerKey }
    },
    encode: (reply, { caller, decrypted }) =>
      encryptReply(authentication, caller, reply, encryption === 'always' || decrypted?.form === 'encrypted'),
  }
}
