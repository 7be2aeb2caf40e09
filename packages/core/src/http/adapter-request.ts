import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IncomingBody, IncomingRequest } from './request-response.ts'

/**
 * Creates the request that a framework adapter passes to `MountableApi.handle`. Its `signal` is created on first access and
 * aborts if the client disconnects before the response is complete.
 *
 * @param parts everything of the request but the signal
 * @param response the Node response, whose `close` event aborts the signal
 */
export function createIncomingRequest(
  parts: Omit<IncomingRequest, 'signal'>,
  response: ServerResponse,
): IncomingRequest {
  return new AdaptedRequest(parts, response)
}

/** A class because V8 creates a hidden class for each object literal with a getter, which only a full garbage collection frees. */
class AdaptedRequest implements IncomingRequest {
  readonly method: string
  readonly path: string
  readonly mount: string
  readonly params: Readonly<Record<string, string>>
  readonly query: string
  readonly headers: IncomingRequest['headers']
  readonly ip: string
  readonly body: IncomingBody
  readonly origin: (() => string) | undefined
  readonly native: unknown
  readonly #response: ServerResponse
  #controller: AbortController | undefined

  constructor(parts: Omit<IncomingRequest, 'signal'>, response: ServerResponse) {
    this.method = parts.method
    this.path = parts.path
    this.mount = parts.mount
    this.params = parts.params
    this.query = parts.query
    this.headers = parts.headers
    this.ip = parts.ip
    this.body = parts.body
    this.origin = parts.origin
    this.native = parts.native
    this.#response = response
  }

  get signal(): AbortSignal {
    this.#controller ??= abortedOnClose(this.#response)
    return this.#controller.signal
  }
}

function abortedOnClose(response: ServerResponse): AbortController {
  const controller = new AbortController()
  const abortUnlessFinished = (): void => {
    if (!response.writableFinished) controller.abort()
  }
  if (response.destroyed) abortUnlessFinished()
  else response.once('close', abortUnlessFinished)
  return controller
}

/**
 * Creates the body of a request: a stream unless something has started to read it.
 *
 * @param request the Node request
 * @param value the value left by a body parser of the host. Parsers also leave `{}` for bodies that they skip
 * @param raw the raw body, if the parser retained it
 */
export function toIncomingBody(request: IncomingMessage, value: unknown, raw: unknown): IncomingBody {
  if (!request.readableDidRead && !request.readableEnded) return { kind: 'stream', stream: request }
  if (typeof raw === 'string' || raw instanceof Uint8Array) return { kind: 'parsed', value, raw }
  return { kind: 'parsed', value }
}
