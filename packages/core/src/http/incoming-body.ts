import type { IncomingMessage } from 'node:http'
import type { IncomingBody } from './exchange.ts'

/**
 * The body of a request: still to be read unless somebody has begun to. `value` is what a parser of the host left, if one
 * did, and `raw` what it kept of the bytes. Parsers leave values (`{}`) also for bodies that they passed over.
 */
export function incomingBody(request: IncomingMessage, value: unknown, raw: unknown): IncomingBody {
  if (!request.readableDidRead && !request.readableEnded) return { kind: 'stream', stream: request }
  if (typeof raw === 'string' || raw instanceof Uint8Array) return { kind: 'parsed', value, raw }
  return { kind: 'parsed', value }
}
