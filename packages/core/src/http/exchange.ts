import type { Readable } from 'node:stream'

/**
 * The body as it reaches us: still to be read, read by a parser of the host (which leaves a parsed value, or text, or
 * bytes, and perhaps the raw body beside it), or none.
 */
export type IncomingBody =
  | { readonly kind: 'stream'; readonly stream: Readable }
  | { readonly kind: 'parsed'; readonly value: unknown; readonly raw?: Uint8Array | string | undefined }
  | { readonly kind: 'none' }

/** One request, as an adapter hands it over. Nothing in it is trusted but `ip`, which is the host framework's word. */
export interface IncomingRequest {
  readonly method: string
  /** The path below the mount, without the query. */
  readonly path: string
  /** The path that the host mounted us at: `''` or `/id`. */
  readonly mount: string
  /** Path parameters, percent-decoded by the framework. */
  readonly params: Readonly<Record<string, string>>
  /** The raw query string, without the question mark. */
  readonly query: string
  /** Headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly ip: string
  readonly body: IncomingBody
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  /** Scheme and host as the host's framework reports them: `https://example.com`. As far to be trusted as `Host` is. */
  readonly origin?: (() => string) | undefined
  /** What the framework has of this exchange, for hooks of the host: `{ request, response }` in Express, the context in Koa. */
  readonly native?: unknown
}

/** What a handler answers: a body is sent as JSON, unless it is bytes or text under a content type that the headers name. */
export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
  /** Whether nothing came about, where the status says otherwise: such a reply is not kept for an Idempotency-Key. Default: from 400 on. */
  readonly isRefusal?: boolean
}

/** What an adapter writes to the client as it stands. */
export interface OutgoingResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined
}
