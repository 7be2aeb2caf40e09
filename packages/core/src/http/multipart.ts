import type { Readable } from 'node:stream'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { BillfoldError } from '../kernel/errors.ts'
import { createBodyDeadline } from './body-deadline.ts'
import { transportPaddingFilter } from './transport-padding.ts'

/** A part of a `multipart/form-data` body (RFC 7578). */
export interface MultipartPart {
  readonly name: string
  readonly filename: string | undefined
  /** The media type stated by the client, in lower case; `text/plain` if absent. */
  readonly type: string
  /** The content, readable once. Unread content is skipped when the next part is requested. */
  readonly content: AsyncIterable<Uint8Array>
}

/** Limits of a multipart body. */
export interface MultipartLimits {
  /** Maximum size of the body, in bytes. */
  readonly limit: number
  /** Maximum size of a part, in bytes. */
  readonly partLimit: number
  /** Maximum number of parts. */
  readonly maxParts: number
}

/** A multipart body that is being read. */
export interface IncomingMultipart {
  /** The parts, in order of arrival. Iterating throws the errors of the body. */
  readonly parts: AsyncIterable<MultipartPart>
  /** Stops reading. The rest of the body is discarded as it arrives, so that a client that is still sending receives the reply. */
  readonly stop: () => void
}

/** Maximum size of the headers of a part, in bytes. */
const headerSize = 8 * 1024

/**
 * Reads `multipart/form-data` part by part, with backpressure. No part is ever buffered as a whole.
 *
 * @param milliseconds the time that the client has, plus one millisecond for every 32 bytes received; time spent by the reader
 *   does not count
 * @throws BillfoldError `body.malformed` if the boundary is missing. Iterating the parts also throws `body.too-large`,
 *   `body.too-slow` and `request.closed`
 */
export function readMultipart(
  body: Readable,
  contentType: string,
  limits: MultipartLimits,
  milliseconds: number,
): IncomingMultipart {
  const parser = createParser(contentType, limits)
  const padding = transportPaddingFilter(parseBoundary(contentType))
  const queue = createPartQueue((error) => fail(error))
  const deadline = createBodyDeadline(milliseconds, () => fail(new BillfoldError('body.too-slow')))
  let received = 0

  function onData(chunk: Uint8Array): void {
    received += chunk.length
    deadline.onBytes(chunk.length)
    if (received > limits.limit) return fail(new BillfoldError('body.too-large'))
    // The chunk may have closed the queue. The rest is then discarded, and must not be paused.
    const filtered = padding.push(chunk)
    if (filtered.length === 0 || parser.write(filtered) || queue.isClosed()) return
    body.pause()
    deadline.pause()
    parser.once('drain', () => {
      if (queue.isClosed()) return
      deadline.resume()
      body.resume()
    })
  }
  const onEnd = (): void => {
    deadline.pause()
    // The body is complete, so its close event is not an error.
    body.off('close', onClosed)
    parser.write(padding.flush())
    parser.end()
  }
  const onClosed = (cause?: unknown): void => fail(new BillfoldError('request.closed', { cause }))
  const discardRest = (): void => {
    deadline.pause()
    body.off('data', onData).off('end', onEnd).off('error', onClosed).off('close', onClosed)
    body.on('error', () => {}).resume()
  }
  function fail(error: BillfoldError): void {
    if (queue.close(error)) discardRest()
  }

  parser
    .on('file', (name, file, filename, _encoding, type) => queue.add({ name, file, filename, type }))
    .on('filesLimit', () => fail(new BillfoldError('body.too-large', { message: 'The body has too many parts' })))
    .on('error', (cause) => fail(new BillfoldError('body.malformed', { cause })))
    .on('finish', () => {
      if (queue.close('ended')) discardRest()
    })
  if (body.destroyed) onClosed()
  else body.on('data', onData).on('end', onEnd).on('error', onClosed).on('close', onClosed)
  return { parts: queue.parts, stop: () => fail(new BillfoldError('request.closed')) }
}

/** RFC 2046 section 5.1.1. */
const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i

function parseBoundary(contentType: string): string {
  const [, quoted, token] = boundary.exec(contentType) ?? []
  const found = quoted ?? token
  if (found === undefined)
    throw new BillfoldError('body.malformed', { message: 'The content type has no valid boundary' })
  return found
}

function createParser(contentType: string, limits: MultipartLimits): BusboyInstance {
  parseBoundary(contentType)
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: () => true,
      limits: { files: limits.maxParts, fileSize: limits.partLimit, headerPairs: 20, headerSize },
    })
  } catch {
    throw new BillfoldError('body.malformed', { message: 'The content type has no valid boundary' })
  }
}

interface ArrivedPart {
  readonly name: string | undefined
  readonly file: BusboyFileStream
  readonly filename: string | undefined
  readonly type: string
}

/** A queue of parts that arrived and were not read yet. */
function createPartQueue(fail: (error: BillfoldError) => void): {
  readonly add: (arrived: ArrivedPart) => void
  /** Returns false if the queue is already closed. */
  readonly close: (as: 'ended' | BillfoldError) => boolean
  readonly isClosed: () => boolean
  readonly parts: AsyncIterable<MultipartPart>
} {
  const waiting: ArrivedPart[] = []
  const files = new Set<BusboyFileStream>()
  let state: 'reading' | 'ended' | BillfoldError = 'reading'
  let wake = (): void => {}

  const close = (as: 'ended' | BillfoldError): boolean => {
    if (state !== 'reading') return false
    state = as
    if (as !== 'ended') for (const file of files) file.destroy()
    wake()
    return true
  }
  const failure = (): BillfoldError | undefined => (typeof state === 'string' ? undefined : state)
  const add = (arrived: ArrivedPart): void => {
    const { file } = arrived
    files.add(file)
    file.once('close', () => files.delete(file))
    // An error of a part is an error of the body, which the iteration throws.
    file.on('error', (cause) => fail(new BillfoldError('body.malformed', { cause })))
    file.once('limit', () => fail(new BillfoldError('body.too-large')))
    if (state === 'reading') waiting.push(arrived)
    else file.resume()
    wake()
  }
  async function* iterateParts(): AsyncGenerator<MultipartPart> {
    for (;;) {
      const error = failure()
      if (error !== undefined) throw error
      const next = waiting.shift()
      if (next !== undefined) {
        yield toPart(next, failure)
        if (!next.file.readableEnded) next.file.resume()
      } else if (state === 'ended') return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { add, close, isClosed: () => state !== 'reading', parts: iterateParts() }
}

/** @throws BillfoldError `body.malformed` for an unnamed part, and for a nested multipart part (deprecated by RFC 7578 section 4.3) */
function toPart({ name, file, filename, type }: ArrivedPart, failure: () => BillfoldError | undefined): MultipartPart {
  if (name === undefined || name === '' || name.length > 256)
    throw new BillfoldError('body.malformed', { message: 'A part of the body has no name' })
  if (type.startsWith('multipart/'))
    throw new BillfoldError('body.malformed', { message: 'A part of the body is nested multipart' })
  return { name, filename, type, content: readContent(file, failure) }
}

async function* readContent(
  file: BusboyFileStream,
  failure: () => BillfoldError | undefined,
): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<Uint8Array> = file
  try {
    yield* chunks
  } catch (cause) {
    throw failure() ?? new BillfoldError('body.malformed', { cause })
  }
  const error = failure()
  if (error !== undefined) throw error
}
