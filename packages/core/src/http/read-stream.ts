import type { Readable } from 'node:stream'
import { BillfoldError } from '../kernel/errors.ts'

/**
 * Reads a stream to its end. After an error the rest is discarded as it arrives, so that a client that is still sending
 * receives the reply.
 *
 * @param limit the maximum size in bytes
 * @param milliseconds the time limit for the whole body
 * @throws BillfoldError `body.too-large`, `body.too-slow`, `request.closed`
 */
export function readStream(stream: Readable, limit: number, milliseconds: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const deadline = setTimeout(() => fail(new BillfoldError('body.too-slow')), milliseconds)

    function onData(chunk: Buffer): void {
      size += chunk.length
      if (size > limit) fail(new BillfoldError('body.too-large'))
      else chunks.push(chunk)
    }
    function onEnd(): void {
      stopListening()
      const [first] = chunks
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, size))
    }
    function onClosed(cause?: unknown): void {
      fail(new BillfoldError('request.closed', { cause }))
    }
    function fail(error: BillfoldError): void {
      stopListening()
      stream.on('error', () => {})
      stream.resume()
      reject(error)
    }
    function stopListening(): void {
      clearTimeout(deadline)
      stream.off('data', onData).off('end', onEnd).off('error', onClosed).off('close', onClosed)
    }

    if (stream.destroyed) onClosed()
    else stream.on('data', onData).on('end', onEnd).on('error', onClosed).on('close', onClosed)
  })
}
