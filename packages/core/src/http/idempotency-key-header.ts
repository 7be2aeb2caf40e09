import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalizeJson } from '../kernel/canonical-json.ts'
import { BillfoldError } from '../kernel/errors.ts'
import type { StoredReply, IdempotentCall, IdempotentOutcome } from '../platform/idempotency/index.ts'
import type { RateLimiter } from '../platform/rate-limits/rate-limiter.ts'
import { toSourceAddress } from '../platform/rate-limits/source-address.ts'
import type { ReadBody } from './read-body.ts'
import type { Reply } from './request-response.ts'
import type { MultipartPart } from './multipart.ts'
import { toOutgoingResponse } from './outgoing-response.ts'
import type { RawInput } from './parse-input.ts'
import type { PreparedRequest } from './prepare-request.ts'
import { withoutSecrets } from './secrets.ts'
import type { RequestContext } from './request-context.ts'
import type { Route } from './route.ts'

/** Schema of the `Idempotency-Key` header, plain or as a quoted string (RFC 8941) as in the draft. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^(?:"[\x21\x23-\x5b\x5d-\x7e]{16,255}"|[\x21\x23-\x5b\x5d-\x7e]{16,255})$/)
  .describe(
    'Makes this call safe to retry (draft-ietf-httpapi-idempotency-key-header): a random string of at least 16 characters, such as a UUID',
  )

/** Services that idempotency keys need. */
export interface IdempotencyServices {
  readonly rateLimiter: Pick<RateLimiter, 'consume'>
  /** Executes a function once per idempotency key. If absent, requests with a key are rejected. */
  readonly executeOnce?:
    | ((call: IdempotentCall, act: () => Promise<IdempotentOutcome>) => Promise<StoredReply | undefined>)
    | undefined
}

/** Limit of unauthenticated requests with a key, per source address. */
const anonymousLimit = { limit: 120, windowSeconds: 60 } as const

/**
 * Handles a request with an `Idempotency-Key`: runs the route once per key and replays its reply to repetitions, with the header
 * `idempotent-replayed: true`.
 * @throws BillfoldError `input.invalid`, `rate.limited`, `idempotency-key.reused`, `idempotency-key.in-progress`,
 *   `idempotency-key.outcome-unknown`, `idempotency-key.reply-withheld`; and what the route throws
 */
export async function handleIdempotently(
  api: { readonly name: string },
  { executeOnce, rateLimiter }: IdempotencyServices,
  route: Route,
  unparsed: RawInput,
  context: RequestContext,
  digest: (() => Promise<string>) | undefined,
): Promise<Reply> {
  const key = parseKey(context)
  if (executeOnce === undefined) throw invalidKey('is not supported here')
  const { caller } = context
  if (caller.kind === 'anonymous') {
    const name = `${api.name}.idempotency-key.ip.${anonymousLimit.windowSeconds}`
    const { allowed, retryAfterSeconds } = await rateLimiter.consume(
      { name, subject: toSourceAddress(context.ip) },
      anonymousLimit,
    )
    if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
  }
  const scope = [
    api.name,
    route.id,
    caller.kind,
    caller.id,
    ...(caller.kind === 'anonymous' ? [toSourceAddress(context.ip)] : []),
  ]
  const prepared = await route.prepare(unparsed, context)
  const fingerprint = computeRequestFingerprint(prepared)
  const presentedSecrets = route.secretReply ? serializeRequest(prepared, (_, value) => value) : undefined
  const actor = { tenant: caller.tenant, id: caller.id, source: toSourceAddress(context.ip) }
  const call = { tenant: caller.tenant, scope, key, actor, operation: `${api.name}.${route.id}`, presentedSecrets }
  const fingerprintInput = digest === undefined ? fingerprint : async () => fingerprint + (await digest())
  let fresh: Reply | undefined
  const replay = await executeOnce({ ...call, fingerprintInput }, async () => {
    fresh = await prepared.run()
    return toOutcome(fresh, context.requestId)
  })
  if (replay === undefined && fresh !== undefined) return fresh
  if (replay === undefined) throw new Error('An idempotent request was neither executed nor replayed')
  return { ...replay, headers: { ...replay.headers, 'idempotent-replayed': 'true' } }
}

/** Wraps a multipart body so that its parts are hashed while the handler reads them, without buffering the body. */
export function hashBodyWhileStreaming(
  body: ReadBody | undefined,
): { readonly body: ReadBody; readonly digest: (() => Promise<string>) | undefined } | undefined {
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

async function* hashedParts(
  parts: AsyncIterable<MultipartPart>,
  hashes: string[],
): AsyncGenerator<MultipartPart, void, undefined> {
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
 * Computes the fingerprint of a request: parameters, query, the decoded body, the headers of the route's schema, and the key that the
 * reply is encrypted to. Secrets are left out, so that a comparison reveals nothing about a PIN: the guard authenticates the caller of a
 * repetition. Where the reply carries a secret, a repetition must also present the same secrets, and is counted before they are compared.
 */
function computeRequestFingerprint(prepared: PreparedRequest): string {
  return serializeRequest(prepared, withoutSecrets)
}

function serializeRequest(
  { decoded, schemas, replyKey }: PreparedRequest,
  select: (schema: z.ZodType | undefined, value: unknown) => unknown,
): string {
  const names = schemas.headers instanceof z.ZodObject ? Object.keys(schemas.headers.shape) : []
  const named = Object.fromEntries(names.map((name) => [name, Reflect.get(Object(decoded.headers), name)]))
  const parts = (['params', 'query', 'body'] as const).map((part) => select(schemas[part], decoded[part]))
  return canonicalizeJson([...parts, select(schemas.headers, named), replyKey])
}

function toOutcome(reply: Reply, requestId: string) {
  const { status, headers, body } = toOutgoingResponse(reply, requestId)
  const { 'x-request-id': _, ...storedHeaders } = headers
  const isText = typeof body === 'string' || body === undefined
  return {
    reply: isText ? { status, headers: storedHeaders, body } : undefined,
    isRejection: reply.isRejection ?? status >= 400,
  }
}
