import type { IncomingRequest } from './exchange.ts'
import type { Caller, RequestContext } from './route.ts'

/** What a handler gets beside its input. A class for the sake of its getter: see adapted-request.ts. */
export class Handling implements RequestContext {
  readonly caller: Caller
  readonly requestId: string
  readonly ip: string
  readonly mount: string
  readonly headers: IncomingRequest['headers']
  readonly rawBody: Uint8Array | undefined
  readonly #request: IncomingRequest

  constructor(request: IncomingRequest, requestId: string, caller: Caller, rawBody: Uint8Array | undefined) {
    this.caller = caller
    this.requestId = requestId
    this.ip = request.ip
    this.mount = request.mount
    this.headers = request.headers
    this.rawBody = rawBody
    this.#request = request
  }

  get signal(): AbortSignal {
    return this.#request.signal
  }
}
