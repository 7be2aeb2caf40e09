import type { IncomingRequest } from './request-response.ts'
import type { ReadBody } from './read-body.ts'
import type { MultipartPart } from './multipart.ts'
import type { Caller } from './guard.ts'
import type { RequestContext } from './request-context.ts'

/** The request context of a handler. A class because of its getters, see adapter-request.ts. */
export class HandlerContext implements RequestContext {
  readonly caller: Caller
  readonly requestId: string
  readonly ip: string
  readonly mount: string
  readonly headers: IncomingRequest['headers']
  readonly rawBody: Uint8Array | undefined
  readonly parts: AsyncIterable<MultipartPart> | undefined
  readonly #request: IncomingRequest

  constructor(request: IncomingRequest, requestId: string, caller: Caller, body: ReadBody | undefined) {
    this.caller = caller
    this.requestId = requestId
    this.ip = request.ip
    this.mount = request.mount
    this.headers = request.headers
    this.rawBody = body?.raw
    this.parts = body?.parts?.parts
    this.#request = request
  }

  get method(): string {
    return this.#request.method
  }

  get target(): string {
    const { path, query } = this.#request
    return query === '' ? path : `${path}?${query}`
  }

  get signal(): AbortSignal {
    return this.#request.signal
  }

  get url(): string {
    return (this.#request.origin?.() ?? '') + this.mount
  }

  get native(): unknown {
    return this.#request.native
  }
}
