import type { IncomingHttpHeaders } from 'node:http'
import type { Mounting } from './hosts/mountings.ts'
import type { RawConnection } from './raw-connection.ts'

/** The reply to a request. */
export interface HttpReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body parsed as JSON; undefined if it is not JSON. */
  readonly json: unknown
}

/**
 * The headers and body of a request. `json` is serialized and sent as application/json, `body` is sent byte for byte, and
 * `chunks` are sent one by one without a Content-Length.
 */
export interface RequestContent {
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly body?: string | Uint8Array
  readonly chunks?: Iterable<string | Uint8Array>
}

/** Sends requests to an API: over HTTP, or in memory without a server. */
export interface RequestDriver {
  /** Sends a request; the path is relative to the mount. */
  readonly request: (method: string, path: string, content?: RequestContent) => Promise<HttpReply>
}

/** A driver of a mounted API. All properties but `mounting` are available in tests and hooks only, once the host listens. */
export interface MountedClient extends RequestDriver {
  readonly mounting: Mounting
  readonly port: number
  /** The URL of the API, with its prefix and without a trailing slash. */
  readonly url: string
  /** The first errors that reached the error handler of the host, as text. */
  readonly hostErrors: readonly string[]
  /** Sends a request to the host; the path is absolute. */
  readonly requestHost: RequestDriver['request']
  /** Opens a socket, for requests that no HTTP client would send. */
  readonly connect: () => Promise<RawConnection>
}
