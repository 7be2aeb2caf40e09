import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { BillfoldError } from '../kernel/errors.ts'
import type { IncomingRequest } from './request-response.ts'
import { isEncodedAs, parseMediaType } from './media-type.ts'
import { type IncomingMultipart, type MultipartLimits, readMultipart } from './multipart.ts'
import { parseUrlEncoded } from './url-encoded.ts'
import { parseJson } from './parse-json.ts'
import { sanitizeJson } from './sanitize-json.ts'
import { readStream } from './read-stream.ts'
import { requestLimits } from './request-limits.ts'
import type { BodyRule } from './route-definition.ts'
import { yieldAfterLarge } from './yield-after-large.ts'

/** A decoded body before schema validation, with its raw bytes if the rule asks for them. */
export interface ReadBody {
  readonly value: unknown
  readonly raw: Uint8Array | undefined
  /** The unread parts of a multipart body. */
  readonly parts?: IncomingMultipart
}

/**
 * Reads the body of a request according to the rule of its route. The result is the same whether the body is still a stream or
 * was parsed by the host.
 *
 * @param milliseconds the time limit for the body to arrive
 * @throws BillfoldError `body.too-large`, `body.too-slow`, `body.unsupported-type`, `body.malformed`,
 * `body.raw-unavailable`, `request.closed`
 */
export async function readBody(rule: BodyRule, request: IncomingRequest, milliseconds: number): Promise<ReadBody> {
  const length = declaredLength(request.headers)
  const type = request.headers['content-type']
  if (rule.multipart !== undefined && typeof type === 'string' && isMultipart(type)) {
    if (length !== undefined && length > rule.multipart.limit) throw new BillfoldError('body.too-large')
    return { value: undefined, raw: undefined, parts: readMultipartBody(rule.multipart, type, request, milliseconds) }
  }
  if (length !== undefined && length > rule.limit) throw new BillfoldError('body.too-large')
  const typed = checkType(rule, request.headers, length)
  const { body } = request
  if (body.kind === 'parsed' && !isText(body.value)) return acceptParsed(rule, body.value, body.raw, length)
  const bytes = await readBytes(rule, body, milliseconds)
  if (bytes.length === 0) return emptyBody(rule)
  if (typed === undefined) throw new BillfoldError('body.unsupported-type')
  await yieldAfterLarge(bytes.length)
  const value = decode(rule, typed, bytes)
  await yieldAfterLarge(bytes.length)
  return { value, raw: wantsRaw(rule) ? bytes : undefined }
}

function isMultipart(type: string): boolean {
  return parseMediaType(type).type === 'multipart/form-data'
}

function readMultipartBody(
  rule: MultipartLimits,
  type: string,
  { headers, body }: IncomingRequest,
  milliseconds: number,
): IncomingMultipart {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new BillfoldError('body.unsupported-type')
  if (body.kind === 'stream') return readMultipart(body.stream, type, rule, milliseconds)
  if (body.kind === 'none') throw new BillfoldError('body.malformed', { message: 'The body is missing' })
  // A string made by the host's parser is lossy for binary parts.
  const bytes = [body.value, body.raw].find((candidate) => candidate instanceof Uint8Array)
  if (bytes === undefined)
    throw new BillfoldError('body.raw-unavailable', { cause: 'a body parser of the host consumed the multipart body' })
  return readMultipart(Readable.from([bytes], { objectMode: false }), type, rule, milliseconds)
}

/** Reads the bytes of an unparsed body. */
async function readBytes(rule: BodyRule, body: IncomingRequest['body'], milliseconds: number): Promise<Uint8Array> {
  if (body.kind === 'stream') return readStream(body.stream, rule.limit, milliseconds)
  if (body.kind === 'none' || !isText(body.value)) return new Uint8Array(0)
  const bytes = toBytes(body.raw ?? body.value)
  if (bytes.length > rule.limit) throw new BillfoldError('body.too-large')
  return bytes
}

/** Takes over a body that a parser of the host has parsed. */
function acceptParsed(
  rule: BodyRule,
  value: unknown,
  rawBody: Uint8Array | string | undefined,
  length: number | undefined,
): ReadBody {
  const raw = rawBody === undefined ? undefined : toBytes(rawBody)
  // Parsers convert an empty body to `{}`.
  if (length === 0) return emptyBody(rule)
  if (value === undefined || value === null) {
    if (length === undefined) return emptyBody(rule)
    throw new BillfoldError('body.raw-unavailable', {
      cause: 'middleware before this route consumed the body',
    })
  }
  const size = raw?.length ?? length
  if (size !== undefined && size > rule.limit) throw new BillfoldError('body.too-large')
  // The depth comes before the estimate, which is recursive.
  if (!sanitizeJson(value, rule.transientText)) throw new BillfoldError('body.malformed')
  if (size === undefined && estimateLength(value) > rule.limit) throw new BillfoldError('body.too-large')
  if (rule.encoding === 'form') rejectRepeated(value)
  if (rule.raw === true && raw === undefined) throw new BillfoldError('body.raw-unavailable')
  return { value, raw: wantsRaw(rule) ? raw : undefined }
}

function emptyBody(rule: BodyRule): ReadBody {
  if (rule.optional !== true) throw new BillfoldError('body.malformed', { message: 'The body is missing' })
  return { value: {}, raw: wantsRaw(rule) ? new Uint8Array(0) : undefined }
}

function wantsRaw(rule: BodyRule): boolean {
  return rule.raw === true || rule.raw === 'if-available'
}

function decode(rule: BodyRule, encoding: BodyEncoding, bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new BillfoldError('body.malformed')
  const text = stripBom(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  const value = parsers[encoding](text)
  if (value === undefined || !sanitizeJson(value, rule.transientText)) throw new BillfoldError('body.malformed')
  if (encoding === 'form') rejectRepeated(value)
  return value
}

type BodyEncoding = BodyRule['encoding'] | 'jwt'

const parsers: Readonly<Record<BodyEncoding, (text: string) => unknown>> = {
  json: parseJson,
  form: parseUrlEncoded,
  // Compact serialization (RFC 7515 section 3.1, RFC 7516 section 3.1). What it holds is for the codec of the route to verify.
  jwt: (text) => (/^[\w-]+(?:\.[\w-]*){2,4}$/.test(text) ? text : undefined),
}

/** A parameter that is sent twice has no meaning that two parties agree on (RFC 6749 section 3.2). */
function rejectRepeated(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const repeated = Object.keys(value).filter((name) => Array.isArray(Reflect.get(value, name)))
  if (repeated.length === 0) return
  const issues = repeated.slice(0, requestLimits.maxIssues).map((name) => {
    return { path: name.slice(0, requestLimits.maxIssuePathLength), message: 'must not be repeated' }
  })
  throw new BillfoldError('input.invalid', { issues })
}

/** Returns the encoding if the content type fits the rule, and undefined if there is none, which only an empty body may omit. */
function checkType(
  rule: BodyRule,
  headers: IncomingRequest['headers'],
  length: number | undefined,
): BodyEncoding | undefined {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new BillfoldError('body.unsupported-type')
  const type = headers['content-type']
  if (type === undefined || length === 0) return undefined
  if (type === 'application/json' && rule.encoding === 'json') return 'json'
  const mediaType = typeof type === 'string' ? parseMediaType(type) : undefined
  if (mediaType !== undefined && isEncodedAs(mediaType, rule.encoding)) return rule.encoding
  if (mediaType !== undefined && rule.jwt === true && isEncodedAs(mediaType, 'jwt')) return 'jwt'
  throw new BillfoldError('body.unsupported-type')
}

function declaredLength(headers: IncomingRequest['headers']): number | undefined {
  const length = headers['content-length']
  return typeof length === 'string' ? Number(length) : undefined
}

function isText(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array
}

function toBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : value
}

function stripBom(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** Estimates the size of a parsed body without Content-Length. */
function estimateLength(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}
