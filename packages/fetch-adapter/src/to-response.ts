import type { OutgoingResponse } from '@billfold/core/http'

/**
 * Converts a response of an API to a web response.
 *
 * @param isHead true for the answer to a HEAD request, which has no body
 * @param onCancel called if the client stops reading a streamed body
 */
export function toResponse(
  { status, headers, body }: OutgoingResponse,
  isHead: boolean,
  onCancel: () => void = () => {},
): Response {
  if (isHead && isStreamed(body)) void body[Symbol.asyncIterator]().return?.()
  const response = new Response(isHead || body === undefined ? null : toBodyInit(body, onCancel), { status })
  // The constructor adds a content type for text, and joins repeated cookies.
  response.headers.delete('content-type')
  for (const [name, value] of Object.entries(headers)) {
    for (const one of typeof value === 'string' ? [value] : value) response.headers.append(name, one)
  }
  return response
}

function isStreamed(body: OutgoingResponse['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body
}

function toBodyInit(body: NonNullable<OutgoingResponse['body']>, onCancel: () => void) {
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? Uint8Array.from(body) : toStream(body, onCancel)
}

/** Streams with backpressure: a chunk is requested when the client has taken the one before. */
function toStream(body: AsyncIterable<Uint8Array>, onCancel: () => void): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      // An error of the iterator errors the stream: the host then cuts the connection, so that the client notices.
      pull: async (controller) => {
        const { done, value } = await iterator.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      cancel: async () => {
        onCancel()
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
