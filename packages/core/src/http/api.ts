import type { z } from 'zod'
import type { BillfoldError } from '../kernel/errors.ts'
import type { ApiDescription } from './api-description.ts'
import type { Reply, IncomingRequest, OutgoingResponse } from './request-response.ts'
import type { Route } from './route.ts'

/** An HTTP API as data, built once: its routes and its error format. */
export interface Api {
  /** `custody`, `dids`, ... */
  readonly name: string
  readonly title: string
  readonly routes: readonly Route[]
  /**
   * Renders an error in the format of the API. A 500 contains the request id and no detail.
   *
   * @param route the route that the request matched, for APIs whose standards prescribe a format by route; undefined if it matched none
   */
  readonly errorReply: (error: BillfoldError, requestId: string, route?: Route) => Reply
  /**
   * Renders an error as a page for a browser that has opened a link. Undefined where the API's own format is due.
   */
  readonly errorPage?: (error: BillfoldError, failed: FailedRequest) => Reply | undefined
  /** The schema of error replies, for OpenAPI. */
  readonly errorSchema?: z.ZodType
  /** What the OpenAPI document says about the API: text, tags, values. Default: one tag with the title. */
  readonly description?: ApiDescription
  /** False for an API that is mounted at the root of a host, where `/openapi.json` belongs to the host. Defaults to true. */
  readonly servesOpenApi?: boolean
}

/** A request that ended with an error. */
export interface FailedRequest extends Pick<IncomingRequest, 'headers' | 'path' | 'query'> {
  readonly requestId: string
}

/** The reason that a request reaches no route. `host.unsupported`: the application is not one of the adapter's framework. */
export type RejectionCode = 'route.not-found' | 'route.method-not-allowed' | 'input.invalid' | 'host.unsupported'

/** An API that a framework adapter can mount. Its functions never throw or reject. */
export interface MountableApi extends Api {
  /** Handles a request that matched a route. */
  readonly handle: (route: Route, request: IncomingRequest) => Promise<OutgoingResponse>
  /**
   * Handles a request that matched no route: 405 with `Allow` (204 for OPTIONS) if the path exists with other methods,
   * otherwise undefined.
   */
  readonly handleUnmatched: (request: IncomingRequest) => OutgoingResponse | undefined
  /** Rejects a request for an unknown path, a method that is not allowed, a malformed path, or an unsupported host. */
  readonly reject: (
    request: Pick<IncomingRequest, 'headers'>,
    code: RejectionCode,
    allow?: readonly string[],
  ) => OutgoingResponse
}
