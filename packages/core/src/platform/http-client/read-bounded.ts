/**
 * Reads the body of a response as text, and stops at the limit: what a server sends beyond it is never held in memory.
 *
 * @param response - the response of `fetch`, or of what a host puts in its place
 * @param maxBytes - the maximum size of the body, in bytes
 * @throws RangeError if the body is larger; the errors of the connection
 * @example
 * ```ts
 * import { readBounded } from '@billfold/core/modules'
 *
 * const text = await readBounded(await fetch('https://example.com'), 1024 * 1024)
 * ```
 */
export async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  const body: ReadableStream<Uint8Array> | null = response.body
  const reader = body?.getReader()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    length += read.value.length
    if (length > maxBytes) {
      await reader?.cancel()
      throw new RangeError('the response is too large')
    }
    chunks.push(read.value)
  }
  return Buffer.concat(chunks).toString('utf8')
}
