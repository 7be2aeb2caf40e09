import type { ServerResponse } from 'node:http'
import type { IncomingBody, IncomingRequest } from './exchange.ts'

/**
 * A request for an adapter to hand over. Its signal is made when it is first asked for, and aborted when the client goes
 * away before the response is finished.
 */
export function adaptedRequest(parts: Omit<IncomingRequest, 'signal'>, response: ServerResponse): IncomingRequest {
  return new AdaptedRequest(parts, response)
}

/** A class, since V8 makes a hidden class of its own for every object literal with a getter, which only a full collection frees. */
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
