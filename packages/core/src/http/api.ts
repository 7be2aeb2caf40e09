import type { z } from 'zod'
import type { BillfoldError } from '../errors.ts'
import type { Reply, IncomingRequest, OutgoingResponse } from './exchange.ts'
import type { Route } from './route.ts'

/** One HTTP API, built once: its routes as data, and the one way it shows errors. */
export interface Api {
  /** `custody`, `dids`, ... */
  readonly name: string
  readonly title: string
  readonly routes: readonly Route[]
  /** The API's own envelope for an error; a 500 carries the request id and no detail. */
  readonly errorReply: (error: BillfoldError, requestId: string) => Reply
  /** The shape of that envelope, for OpenAPI. */
  readonly errorSchema?: z.ZodType
}

/** Why a request reaches no route. */
export type Refusal = 'route.not-found' | 'route.method-not-allowed' | 'input.invalid'

/** An API together with what answers its requests: the one thing that an adapter needs. It never throws and never rejects. */
export interface MountableApi extends Api {
  readonly handle: (route: Route, request: IncomingRequest) => Promise<OutgoingResponse>
  /**
   * Answers a request that matched no route: 405 with `Allow` (or 204 to OPTIONS) where routes with other methods have the
   * path, undefined where none has.
   */
  readonly answerUnrouted: (request: IncomingRequest) => OutgoingResponse | undefined
  /** For a path that no route has, a method that its routes do not take, or a path that is not well-formed. */
  readonly refuse: (request: IncomingRequest, code: Refusal, allow?: readonly string[]) => OutgoingResponse
}
