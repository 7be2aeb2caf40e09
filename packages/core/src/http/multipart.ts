import type { Readable } from 'node:stream'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { BillfoldError } from '../errors.ts'
import { patience } from './patience.ts'

/** One part of a `multipart/form-data` body (RFC 7578), as it arrives. */
export interface Part {
  readonly name: string
  readonly filename: string | undefined
  /** The media type that the client says, in lower case: `text/plain` where it says none. */
  readonly type: string
  /** The bytes, to be read once. What is not read is passed over when the next part is asked for. */
  readonly content: AsyncIterable<Uint8Array>
}

/** What a route takes as multipart. */
export interface MultipartLimits {
  /** Bytes of the whole body. */
  readonly limit: number
  /** Bytes of one part. */
  readonly partLimit: number
  /** How many parts. */
  readonly parts: number
}

/** The parts of a body that is being read. */
export interface IncomingParts {
  /** The parts, in the order in which they come. Throws what is wrong with the body where it is found out. */
  readonly parts: AsyncIterable<Part>
  /** Ends the reading: what is still to come is thrown away as it arrives, so that the reply reaches a client that is still sending. */
  readonly stop: () => void
}

/** Bytes of the headers of one part. */
const headerSize = 8 * 1024

/**
 * Reads `multipart/form-data` part by part, holding back a client that is faster than its reader. No part is ever whole in memory.
 * @param milliseconds that the client has, and one more for every 32 bytes that it has sent; the time that the reader takes does not count
 * @throws BillfoldError `body.malformed` at once where the boundary is missing; from the parts also `body.too-large`,
 *   `body.too-slow`, `request.closed`
 */
export function readParts(
  body: Readable,
  contentType: string,
  limits: MultipartLimits,
  milliseconds: number,
): IncomingParts {
  const parser = parserOf(contentType, limits)
  const queue = partQueue((error) => fail(error))
  const client = patience(milliseconds, () => fail(new BillfoldError('body.too-slow')))
  let received = 0

  function onData(chunk: Uint8Array): void {
    received += chunk.length
    client.came(chunk.length)
    if (received > limits.limit) return fail(new BillfoldError('body.too-large'))
    // The parser may find in it what ends the reading: the rest is thrown away then, and nothing may pause it.
    if (parser.write(chunk) || queue.over()) return
    body.pause()
    client.rest()
    parser.once('drain', () => {
      if (queue.over()) return
      client.wait()
      body.resume()
    })
  }
  const onEnd = (): void => {
    client.rest()
    // It has all come: that the stream closes now is no news.
    body.off('close', onClosed)
    parser.end()
  }
  const onClosed = (cause?: unknown): void => fail(new BillfoldError('request.closed', { cause }))
  const letGo = (): void => {
    client.rest()
    body.off('data', onData).off('end', onEnd).off('error', onClosed).off('close', onClosed)
    body.on('error', () => {}).resume()
  }
  function fail(error: BillfoldError): void {
    if (queue.close(error)) letGo()
  }

  parser
    .on('file', (name, file, filename, _encoding, type) => queue.add({ name, file, filename, type }))
    .on('filesLimit', () => fail(new BillfoldError('body.too-large', { message: 'The body has too many parts' })))
    .on('error', (cause) => fail(new BillfoldError('body.malformed', { cause })))
    .on('finish', () => {
      if (queue.close('ended')) letGo()
    })
  if (body.destroyed) onClosed()
  else body.on('data', onData).on('end', onEnd).on('error', onClosed).on('close', onClosed)
  return { parts: queue.parts, stop: () => fail(new BillfoldError('request.closed')) }
}

/** RFC 2046 section 5.1.1. */
const boundary = /;\s*boundary=(?:"[^"]{1,70}"|[^\s;"]{1,70})/i

function parserOf(contentType: string, limits: MultipartLimits): BusboyInstance {
  if (!boundary.test(contentType)) throw new BillfoldError('body.malformed', { message: 'The body has no boundary' })
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: () => true,
      limits: { files: limits.parts, fileSize: limits.partLimit, headerPairs: 20, headerSize },
    })
  } catch {
    throw new BillfoldError('body.malformed', { message: 'The body has no boundary' })
  }
}

interface Arrived {
  readonly name: string | undefined
  readonly file: BusboyFileStream
  readonly filename: string | undefined
  readonly type: string
}

/** The parts that have arrived and wait for their reader. */
function partQueue(fail: (error: BillfoldError) => void): {
  readonly add: (arrived: Arrived) => void
  /** False where it is closed already. */
  readonly close: (as: 'ended' | BillfoldError) => boolean
  readonly over: () => boolean
  readonly parts: AsyncIterable<Part>
} {
  const waiting: Arrived[] = []
  const files = new Set<BusboyFileStream>()
  let state: 'open' | 'ended' | BillfoldError = 'open'
  let wake = (): void => {}

  const close = (as: 'ended' | BillfoldError): boolean => {
    if (state !== 'open') return false
    state = as
    if (as !== 'ended') for (const file of files) file.destroy()
    wake()
    return true
  }
  const failure = (): BillfoldError | undefined => (typeof state === 'string' ? undefined : state)
  const add = (arrived: Arrived): void => {
    const { file } = arrived
    files.add(file)
    file.once('close', () => files.delete(file))
    // An error of a part is one of the body too, which the reader is told.
    file.on('error', (cause) => fail(new BillfoldError('body.malformed', { cause })))
    file.once('limit', () => fail(new BillfoldError('body.too-large')))
    if (state === 'open') waiting.push(arrived)
    else file.resume()
    wake()
  }
  async function* partsOf(): AsyncGenerator<Part> {
    for (;;) {
      const error = failure()
      if (error !== undefined) throw error
      const next = waiting.shift()
      if (next !== undefined) {
        yield partOf(next, failure)
        if (!next.file.readableEnded) next.file.resume()
      } else if (state === 'ended') return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { add, close, over: () => state !== 'open', parts: partsOf() }
}

/** @throws BillfoldError `body.malformed` for a part without a name, and for one that is multipart itself, which RFC 7578 section 4.3 ends */
function partOf({ name, file, filename, type }: Arrived, failure: () => BillfoldError | undefined): Part {
  if (name === undefined || name === '' || name.length > 256)
    throw new BillfoldError('body.malformed', { message: 'A part of the body has no name' })
  if (type.startsWith('multipart/'))
    throw new BillfoldError('body.malformed', { message: 'A part of the body is multipart itself' })
  return { name, filename, type, content: contentOf(file, failure) }
}

async function* contentOf(
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
