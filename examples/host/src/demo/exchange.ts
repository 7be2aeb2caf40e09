/** A request to one of the APIs and its response, as shown by the console. */
export interface HttpCall {
  readonly kind: 'http'
  /** Caller: the page, or the host with its service key. */
  readonly by: 'page' | 'host'
  readonly method: string
  /** Path from the root of the host: `/custody/api/users`. */
  readonly path: string
  /** Relevant request headers, without the credentials of the host. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly status: number
  readonly reply: string
  readonly milliseconds: number
  /** Code for the same call, if curl cannot make it, for example because the body is encrypted. */
  readonly code?: string
}

/** An in-process call of the library by the host. */
export interface HostCall {
  readonly kind: 'in-process'
  readonly code: string
  readonly reply: string
  readonly milliseconds: number
}

/** A call shown by the console. */
export type RecordedCall = HttpCall | HostCall

/** Response of an action. */
export interface ActionReply {
  readonly exchanges: readonly RecordedCall[]
  /** Result of the action; absent if `error` is set. */
  readonly result?: unknown
  readonly error?: string
}

/** Description of the host for the console. */
export interface HostInfo {
  readonly framework: string
  readonly database: string
  readonly baseUrl: string
  /** Path of the credentials file, relative to the working directory of the host. */
  readonly credentials: string
}
