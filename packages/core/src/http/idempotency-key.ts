import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../canonical-json.ts'
import { BillfoldError } from '../errors.ts'
import type { KeptReply, KeyedCall, Outcome } from '../idempotency/index.ts'
import type { RateLimiter } from '../rate-limits/limiter.ts'
import { sourceOf } from '../rate-limits/source.ts'
import type { TakenBody } from './body.ts'
import type { Reply } from './exchange.ts'
import type { Part } from './multipart.ts'
import { toOutgoing } from './outgoing.ts'
import type { Unparsed } from './parse-input.ts'
import type { Caller, RequestContext, Route } from './route.ts'

/** The schema of the header, for OpenAPI. A quoted one is a string of RFC 8941, as the draft has it. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^(?:"[\x21\x23-\x5b\x5d-\x7e]{16,255}"|[\x21\x23-\x5b\x5d-\x7e]{16,255})$/)
  .describe(
    'Makes a repeat of this call harmless (draft-ietf-httpapi-idempotency-key-header): a random text of at least 16 characters, such as a UUID',
  )

/** What keys stand on. */
export interface KeyServices {
  readonly limiter: Pick<RateLimiter, 'take'>
  /** Acts once for an idempotency key. Without it a request that brings one is refused. */
  readonly once?: ((call: KeyedCall, act: () => Promise<Outcome>) => Promise<KeptReply | undefined>) | undefined
}

/** How many calls with a key one source may make where it is not known who calls. */
const anonymousCalls = { most: 120, seconds: 60 } as const

/**
 * Runs a route once for the key that a request brings: a repeat gets the same reply, under the header `idempotent-replayed`.
 * @throws BillfoldError `input.invalid`, `rate.limited`, `idempotency-key.reused`, `idempotency-key.in-progress`,
 *   `idempotency-key.unanswered`; and what the route throws
 */
export async function runOnce(
  api: { readonly name: string },
  { once, limiter }: KeyServices,
  route: Route,
  unparsed: Unparsed,
  context: RequestContext,
  digest: (() => Promise<string>) | undefined,
): Promise<Reply> {
  const key = keyIn(context)
  if (once === undefined) throw refused('is not kept here')
  const caller = (await route.callerInBody?.(unparsed.body, context)) ?? context.caller
  if (caller.kind === 'anonymous') {
    const name = `${api.name}.idempotency-key.ip.${anonymousCalls.seconds}`
    const { allowed, retryAfterSeconds } = await limiter.take({ name, subject: sourceOf(context.ip) }, anonymousCalls)
    if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
  }
  const scope = [
    api.name,
    route.id,
    caller.kind,
    caller.id,
    ...(caller.kind === 'anonymous' ? [sourceOf(context.ip)] : []),
  ]
  const known = await askedOf(route, unparsed, context, caller)
  const asked = digest === undefined ? known : async () => known + (await digest())
  let fresh: Reply | undefined
  const audited = { caller: caller.id, route: `${api.name}.${route.id}` }
  const before = await once({ tenant: caller.tenant, scope, key, ...audited, asked }, async () => {
    fresh = await route.run(unparsed, context)
    return outcomeOf(fresh, context.requestId)
  })
  if (before === undefined && fresh !== undefined) return fresh
  if (before === undefined) throw new Error('a call under a key has neither acted nor a reply')
  return { ...before, headers: { ...before.headers, 'idempotent-replayed': 'true' } }
}

/** A body whose parts are hashed as they are read, and what has been read of them: a body need not be whole in memory to be known. */
export function digestible(
  body: TakenBody | undefined,
): { readonly body: TakenBody; readonly digest: (() => Promise<string>) | undefined } | undefined {
  if (body?.parts === undefined) return body === undefined ? undefined : { body, digest: undefined }
  const hashes: string[] = []
  const parts = hashedParts(body.parts.parts, hashes)
  const digest = async (): Promise<string> => {
    // What the handler left is read too.
    for await (const { content } of { [Symbol.asyncIterator]: () => parts }) for await (const _ of content) continue
    return hashes.join(' ')
  }
  return { body: { ...body, parts: { ...body.parts, parts: { [Symbol.asyncIterator]: () => parts } } }, digest }
}

async function* hashedParts(parts: AsyncIterable<Part>, hashes: string[]): AsyncGenerator<Part, void, undefined> {
  for await (const part of parts) {
    const { name, filename, type } = part
    const hash = createHash('sha256').update(JSON.stringify([name, filename, type]))
    async function* content(): AsyncGenerator<Uint8Array> {
      for await (const piece of part.content) {
        hash.update(piece)
        yield piece
      }
    }
    const rest = content()
    yield { ...part, content: { [Symbol.asyncIterator]: () => rest } }
    for await (const _ of rest) continue
    hashes.push(hash.digest('base64url'))
  }
}

function keyIn({ headers }: RequestContext): string {
  const header = headers['idempotency-key']
  if (!idempotencyKeySchema.safeParse(header).success || typeof header !== 'string')
    throw refused('must be 16 to 255 printable characters, without spaces')
  return header.replaceAll('"', '')
}

function refused(message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path: 'idempotency-key', message }] })
}

/**
 * The request as one text: its parameters, its query, the headers that the route has, and what its body says. Where no guard has
 * looked at a credential and it is not known whose it is, the handler does, and so it is part of what is asked.
 */
async function askedOf(
  route: Route,
  { params, query, headers, body }: Unparsed,
  context: RequestContext,
  caller: Caller,
): Promise<string> {
  const names = route.headers instanceof z.ZodObject ? Object.keys(route.headers.shape) : []
  const named = Object.fromEntries(names.map((name) => [name, Reflect.get(Object(headers), name)]))
  const credential = caller.kind === 'anonymous' ? context.headers['authorization'] : undefined
  return canonicalJson([params, query, named, credential, await saidIn(route, body, context)])
}

/** A body that cannot be opened is for the route to refuse. */
async function saidIn({ openBody }: Route, body: unknown, context: RequestContext): Promise<unknown> {
  if (openBody === undefined) return body
  try {
    return await openBody(body, context)
  } catch {
    return body
  }
}

function outcomeOf(reply: Reply, requestId: string) {
  const { status, headers, body } = toOutgoing(reply, requestId)
  const { 'x-request-id': _, ...kept } = headers
  const isText = typeof body === 'string' || body === undefined
  return {
    reply: isText ? { status, headers: kept, body } : undefined,
    isRefusal: reply.isRefusal ?? status >= 400,
  }
}
