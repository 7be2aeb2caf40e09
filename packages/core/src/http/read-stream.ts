import type { Readable } from 'node:stream'
import { BillfoldError } from '../errors.ts'

/**
 * Reads a stream to its end. What comes after a refusal is thrown away as it arrives, so that the reply reaches a client
 * that is still sending.
 * @param limit in bytes
 * @param milliseconds for the whole body to arrive
 * @throws BillfoldError `body.too-large`, `body.too-slow`, `request.closed`
 */
export function readStream(stream: Readable, limit: number, milliseconds: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const deadline = setTimeout(() => refuse(new BillfoldError('body.too-slow')), milliseconds)

    function onData(chunk: Buffer): void {
      size += chunk.length
      if (size > limit) refuse(new BillfoldError('body.too-large'))
      else chunks.push(chunk)
    }
    function onEnd(): void {
      stopListening()
      const [first] = chunks
      resolve(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks, size))
    }
    function onClosed(cause?: unknown): void {
      refuse(new BillfoldError('request.closed', { cause }))
    }
    function refuse(error: BillfoldError): void {
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
