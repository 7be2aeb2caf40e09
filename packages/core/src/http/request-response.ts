import type { Readable } from 'node:stream'

/**
 * The body of an incoming request: an unread stream, the value left by a body parser of the host (parsed, a string or bytes,
 * possibly with the raw body), or none.
 */
export type IncomingBody =
  | { readonly kind: 'stream'; readonly stream: Readable }
  | { readonly kind: 'parsed'; readonly value: unknown; readonly raw?: Uint8Array | string | undefined }
  | { readonly kind: 'none' }

/** A request as passed in by a framework adapter. Only `ip` is trusted: the host's framework determines it. */
export interface IncomingRequest {
  readonly method: string
  /** The path below the mount, without the query. */
  readonly path: string
  /** The path that the API is mounted at: `''` or `/id`. */
  readonly mount: string
  /** Path parameters, percent-decoded by the framework. */
  readonly params: Readonly<Record<string, string>>
  /** The raw query string, without the question mark. */
  readonly query: string
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly ip: string
  readonly body: IncomingBody
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal
  /** Returns scheme and host as reported by the framework: `https://example.com`. No more trustworthy than `Host`. */
  readonly origin?: (() => string) | undefined
  /** The framework's own objects, for hooks of the host: `{ request, response }` in Express, the context in Koa. */
  readonly native?: unknown
}

/** The reply of a handler. The body is sent as JSON, unless the headers set a content type and it is a string, bytes or a stream. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
  /** True if the request had no effect. Such a reply is not stored for its Idempotency-Key. Default: the status is 400 or higher. */
  readonly isRejection?: boolean
}

/** A complete response that an adapter writes unchanged. */
export interface OutgoingResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined
}
