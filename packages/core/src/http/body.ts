import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { BillfoldError } from '../errors.ts'
import type { IncomingRequest } from './exchange.ts'
import { isEncodedAs, readMediaType } from './media-type.ts'
import { type IncomingParts, type MultipartLimits, readParts } from './multipart.ts'
import { readParameters } from './parameters.ts'
import { settleJson } from './plain-json.ts'
import { readStream } from './read-stream.ts'
import type { BodyRule } from './route.ts'

/** A body, decoded but not yet parsed by its schema, and its bytes where the rule asks for them. */
export interface TakenBody {
  readonly value: unknown
  readonly raw: Uint8Array | undefined
  /** The parts of a multipart body, still to be read. */
  readonly parts?: IncomingParts
}

/**
 * Takes the body of a request by the rule of its route. The same body gets the same answer whether it is still to be read
 * or was read by a parser of the host.
 * @throws BillfoldError `body.too-large`, `body.too-slow`, `body.unsupported-type`, `body.malformed`,
 * `body.raw-unavailable`, `request.closed`
 */
export async function takeBody(rule: BodyRule, request: IncomingRequest, milliseconds: number): Promise<TakenBody> {
  const length = declaredLength(request.headers)
  const type = request.headers['content-type']
  if (rule.multipart !== undefined && typeof type === 'string' && isMultipart(type)) {
    if (length !== undefined && length > rule.multipart.limit) throw new BillfoldError('body.too-large')
    return { value: undefined, raw: undefined, parts: takeParts(rule.multipart, type, request, milliseconds) }
  }
  if (length !== undefined && length > rule.limit) throw new BillfoldError('body.too-large')
  const typed = checkType(rule, request.headers, length)
  const { body } = request
  if (body.kind === 'parsed' && !isText(body.value)) return takeParsed(rule, body.value, body.raw, length)
  const bytes = await readBytes(rule, body, milliseconds)
  if (bytes.length === 0) return takeNothing(rule)
  if (!typed) throw new BillfoldError('body.unsupported-type')
  return { value: decode(rule, bytes), raw: wantsRaw(rule) ? bytes : undefined }
}

function isMultipart(type: string): boolean {
  return readMediaType(type).type === 'multipart/form-data'
}

function takeParts(
  rule: MultipartLimits,
  type: string,
  { headers, body }: IncomingRequest,
  milliseconds: number,
): IncomingParts {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new BillfoldError('body.unsupported-type')
  if (body.kind === 'stream') return readParts(body.stream, type, rule, milliseconds)
  if (body.kind === 'none') throw new BillfoldError('body.malformed', { message: 'The body is missing' })
  // Text that a parser of the host made of the bytes has lost some of them.
  const bytes = [body.value, body.raw].find((kept) => kept instanceof Uint8Array)
  if (bytes === undefined)
    throw new BillfoldError('body.raw-unavailable', { cause: 'a parser of the host has read the multipart body' })
  return readParts(Readable.from([bytes], { objectMode: false }), type, rule, milliseconds)
}

/** The bytes of a body that nobody has parsed. */
async function readBytes(rule: BodyRule, body: IncomingRequest['body'], milliseconds: number): Promise<Uint8Array> {
  if (body.kind === 'stream') return readStream(body.stream, rule.limit, milliseconds)
  if (body.kind === 'none' || !isText(body.value)) return new Uint8Array(0)
  const bytes = bytesOf(body.raw ?? body.value)
  if (bytes.length > rule.limit) throw new BillfoldError('body.too-large')
  return bytes
}

/** A body that a parser of the host has parsed already. */
function takeParsed(
  rule: BodyRule,
  value: unknown,
  kept: Uint8Array | string | undefined,
  length: number | undefined,
): TakenBody {
  const raw = kept === undefined ? undefined : bytesOf(kept)
  // Parsers make `{}` of an empty body.
  if (length === 0) return takeNothing(rule)
  if (value === undefined || value === null) {
    if (length === undefined) return takeNothing(rule)
    throw new BillfoldError('body.raw-unavailable', {
      cause: 'something before this route read the body and kept nothing of it',
    })
  }
  if ((raw?.length ?? length ?? jsonLength(value)) > rule.limit) throw new BillfoldError('body.too-large')
  if (!settleJson(value)) throw new BillfoldError('body.malformed')
  if (rule.raw === true && raw === undefined) throw new BillfoldError('body.raw-unavailable')
  return { value, raw: wantsRaw(rule) ? raw : undefined }
}

function takeNothing(rule: BodyRule): TakenBody {
  if (rule.optional !== true) throw new BillfoldError('body.malformed', { message: 'The body is missing' })
  return { value: {}, raw: wantsRaw(rule) ? new Uint8Array(0) : undefined }
}

function wantsRaw(rule: BodyRule): boolean {
  return rule.raw === true || rule.raw === 'when-kept'
}

function decode(rule: BodyRule, bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new BillfoldError('body.malformed')
  const text = withoutMark(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  const value = rule.encoding === 'json' ? parseJson(text) : readParameters(text)
  if (value === undefined || !settleJson(value)) throw new BillfoldError('body.malformed')
  return value
}

/** Without its cause: the parser's message quotes the body. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new BillfoldError('body.malformed')
  }
}

/** Whether the type fits the rule; false where none is named, which only an empty body may do. */
function checkType(rule: BodyRule, headers: IncomingRequest['headers'], length: number | undefined): boolean {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new BillfoldError('body.unsupported-type')
  const type = headers['content-type']
  if (type === undefined || length === 0) return false
  if (
    typeof type === 'string' &&
    (type === 'application/json' ? rule.encoding === 'json' : isEncodedAs(readMediaType(type), rule.encoding))
  )
    return true
  throw new BillfoldError('body.unsupported-type')
}

function declaredLength(headers: IncomingRequest['headers']): number | undefined {
  const length = headers['content-length']
  return typeof length === 'string' ? Number(length) : undefined
}

function isText(value: unknown): value is string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : value
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** About as many bytes as the value had: for a parsed body whose length nobody said. */
function jsonLength(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '')
}
