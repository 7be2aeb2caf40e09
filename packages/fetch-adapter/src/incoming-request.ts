import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { IncomingBody, IncomingRequest } from '@billfold/core/http'

/** What the handler knows of a request besides the request itself. */
interface RequestParts {
  readonly url: URL
  /** The path that the API is mounted at. */
  readonly mount: string
  /** The path below it. */
  readonly path: string
  readonly params: Readonly<Record<string, string>>
  readonly ip: string
  /** What the host passed with the request. */
  readonly host: readonly unknown[]
}

/** A web request as the pipeline reads it. What many routes do not need is made when it is first read. */
export class FetchRequest implements IncomingRequest {
  readonly method: string
  readonly path: string
  readonly mount: string
  readonly params: Readonly<Record<string, string>>
  readonly query: string
  readonly headers: IncomingRequest['headers']
  readonly ip: string
  readonly native: unknown
  readonly #request: Request
  readonly #url: URL
  #body: IncomingBody | undefined
  #controller: AbortController | undefined
  #isAborted = false

  constructor(request: Request, { url, mount, path, params, ip, host }: RequestParts) {
    this.method = request.method
    this.path = path
    this.mount = mount
    this.params = params
    this.query = url.search.slice(1)
    this.headers = Object.fromEntries(request.headers)
    this.ip = ip
    this.native = { request, host }
    this.#request = request
    this.#url = url
  }

  get body(): IncomingBody {
    this.#body ??= toBody(this.#request)
    return this.#body
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#createController()
    return this.#controller.signal
  }

  readonly origin = (): string => this.#url.origin

  /** The client stopped reading the response, which some hosts do not report as an abort of the request. */
  abort(): void {
    this.#isAborted = true
    this.#controller?.abort()
  }

  #createController(): AbortController {
    const controller = new AbortController()
    const { signal } = this.#request
    if (this.#isAborted || signal.aborted) controller.abort()
    else signal.addEventListener('abort', () => controller.abort(), { once: true })
    return controller
  }
}

function toBody(request: Request): IncomingBody {
  // The host has read it, and nobody can read it again.
  if (request.bodyUsed) return { kind: 'parsed', value: undefined }
  if (request.body === null) return { kind: 'none' }
  const stream: ReadableStream = request.body
  return { kind: 'stream', stream: Readable.fromWeb(stream) }
}
