import type { Middleware } from 'openapi-fetch'
import { ReplyError } from './reply-error.ts'

/** More than the largest file that a host accepts by default (10 MiB). */
const defaultMaxReplyBytes = 16 * 1024 * 1024

/**
 * Creates a middleware that reads each reply up to a number of bytes, and checks that what will be parsed is JSON. A successful reply that
 * the caller reads as a stream is left alone.
 *
 * @param maxReplyBytes - the maximum size of a decompressed body. Default: 16 MiB
 * @throws RangeError that names the option and its value
 */
export function boundReplies(maxReplyBytes: number = defaultMaxReplyBytes): Middleware {
  if (!Number.isSafeInteger(maxReplyBytes) || maxReplyBytes < 1)
    throw new RangeError(`maxReplyBytes must be a whole number of bytes from 1: ${maxReplyBytes}`)
  return {
    onResponse: async ({ request, response, schemaPath, options: { parseAs } }) => {
      const { body, ok, status, statusText, headers, url } = response
      if (body === null || (ok && parseAs === 'stream')) return undefined
      const reply = `The reply to ${request.method} ${schemaPath} with status ${status}`
      const bytes = await readBytes(body, maxReplyBytes)
      if (bytes === undefined)
        throw new ReplyError('reply.too-large', status, `${reply} is larger than maxReplyBytes: ${maxReplyBytes}`)
      if (ok && parseAs === 'json' && !isEmpty(bytes, headers) && !isJson(bytes))
        throw new ReplyError('reply.not-json', status, `${reply} is not JSON`)
      const read = new Response(bytes, { status, statusText, headers })
      // A Response that was constructed has no URL.
      return Object.defineProperty(read, 'url', { value: url })
    },
  }
}

/** Returns undefined if there are more bytes than the maximum; then the rest is not read. */
async function readBytes(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length
    if (length > maxBytes) {
      // Not awaited: a source that never settles would hold the error back.
      void reader.cancel().catch(() => {})
      return undefined
    }
    chunks.push(read.value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** openapi-fetch takes an empty body for no data only if no length contradicts it. */
function isEmpty(bytes: Uint8Array, headers: Headers): boolean {
  return bytes.length === 0 && Number(headers.get('content-length') ?? 0) === 0
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes))
    return true
  } catch {
    return false
  }
}
