import type { Caller } from './guard.ts'
import type { MultipartPart } from './multipart.ts'
import type { IncomingRequest } from './request-response.ts'

/** The request context of a handler. */
export interface RequestContext {
  readonly caller: Caller
  readonly requestId: string
  readonly ip: string
  readonly mount: string
  readonly method: string
  /** The path below the mount, with the query if there is one. */
  readonly target: string
  readonly signal: AbortSignal
  readonly headers: IncomingRequest['headers']
  /** The raw body, on routes with `body.raw`. */
  readonly rawBody: Uint8Array | undefined
  /** The parts of a multipart body, on routes with `body.multipart`. */
  readonly parts?: AsyncIterable<MultipartPart> | undefined
  /** The URL of the mount, with scheme and host as reported by the framework: `https://example.com/id`. */
  readonly url?: string
  /** The framework's own objects, see {@link IncomingRequest.native}. */
  readonly native?: unknown
}
