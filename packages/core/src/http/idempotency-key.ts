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

/** Schema of the `Idempotency-Key` header, plain or as a quoted string (RFC 8941) as in the draft. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^(?:"[\x21\x23-\x5b\x5d-\x7e]{16,255}"|[\x21\x23-\x5b\x5d-\x7e]{16,255})$/)
  .describe(
    'Makes this call safe to retry (draft-ietf-httpapi-idempotency-key-header): a random string of at least 16 characters, such as a UUID',
  )

/** Services that idempotency keys need. */
export interface KeyServices {
  readonly limiter: Pick<RateLimiter, 'take'>
  /** Executes a function once per idempotency key. If absent, requests with a key are rejected. */
  readonly once?: ((call: KeyedCall, act: () => Promise<Outcome>) => Promise<KeptReply | undefined>) | undefined
}

/** Limit of unauthenticated requests with a key, per source address. */
const anonymousLimit = { most: 120, seconds: 60 } as const

/**
 * Handles a request with an `Idempotency-Key`: runs the route once per key and replays its reply to repetitions, with the header
 * `idempotent-replayed: true`.
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
  const key = parseKey(context)
  if (once === undefined) throw invalidKey('is not supported here')
  const caller = (await route.callerInBody?.(unparsed.body, context)) ?? context.caller
  if (caller.kind === 'anonymous') {
    const name = `${api.name}.idempotency-key.ip.${anonymousLimit.seconds}`
    const { allowed, retryAfterSeconds } = await limiter.take({ name, subject: sourceOf(context.ip) }, anonymousLimit)
    if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
  }
  const scope = [
    api.name,
    route.id,
    caller.kind,
    caller.id,
    ...(caller.kind === 'anonymous' ? [sourceOf(context.ip)] : []),
  ]
  const fingerprint = await requestFingerprint(route, unparsed, context, caller)
  const asked = digest === undefined ? fingerprint : async () => fingerprint + (await digest())
  let fresh: Reply | undefined
  const audited = { caller: caller.id, route: `${api.name}.${route.id}` }
  const replay = await once({ tenant: caller.tenant, scope, key, ...audited, asked }, async () => {
    fresh = await route.run(unparsed, context)
    return toOutcome(fresh, context.requestId)
  })
  if (replay === undefined && fresh !== undefined) return fresh
  if (replay === undefined) throw new Error('An idempotent request was neither executed nor replayed')
  return { ...replay, headers: { ...replay.headers, 'idempotent-replayed': 'true' } }
}

/** Wraps a multipart body so that its parts are hashed while the handler reads them, without buffering the body. */
export function digestible(
  body: TakenBody | undefined,
): { readonly body: TakenBody; readonly digest: (() => Promise<string>) | undefined } | undefined {
  if (body?.parts === undefined) return body === undefined ? undefined : { body, digest: undefined }
  const hashes: string[] = []
  const parts = hashedParts(body.parts.parts, hashes)
  const digest = async (): Promise<string> => {
    // Hash also what the handler did not read.
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

function parseKey({ headers }: RequestContext): string {
  const header = headers['idempotency-key']
  if (!idempotencyKeySchema.safeParse(header).success || typeof header !== 'string')
    throw invalidKey('must be 16 to 255 printable characters, without spaces')
  return header.replaceAll('"', '')
}

function invalidKey(message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path: 'idempotency-key', message }] })
}

/**
 * Computes the fingerprint of a request: parameters, query, the headers of the route's schema, and the decrypted body. For an
 * anonymous caller it includes the credential, which only the handler checks.
 */
async function requestFingerprint(
  route: Route,
  { params, query, headers, body }: Unparsed,
  context: RequestContext,
  caller: Caller,
): Promise<string> {
  const names = route.headers instanceof z.ZodObject ? Object.keys(route.headers.shape) : []
  const named = Object.fromEntries(names.map((name) => [name, Reflect.get(Object(headers), name)]))
  const credential = caller.kind === 'anonymous' ? context.headers['authorization'] : undefined
  return canonicalJson([params, query, named, credential, await decryptedBody(route, body, context)])
}

/** Returns the body itself if it cannot be decrypted, which the route then rejects. */
async function decryptedBody({ openBody }: Route, body: unknown, context: RequestContext): Promise<unknown> {
  if (openBody === undefined) return body
  try {
    return await openBody(body, context)
  } catch {
    return body
  }
}

function toOutcome(reply: Reply, requestId: string) {
  const { status, headers, body } = toOutgoing(reply, requestId)
  const { 'x-request-id': _, ...storedHeaders } = headers
  const isText = typeof body === 'string' || body === undefined
  return {
    reply: isText ? { status, headers: storedHeaders, body } : undefined,
    isRefusal: reply.isRefusal ?? status >= 400,
  }
}
