/** A request to one of the APIs and its reply, as the console shows them. */
export interface HttpExchange {
  readonly kind: 'http'
  /** Who called: the page itself, or the host in its place, with a key that no page may have. */
  readonly by: 'page' | 'host'
  readonly method: string
  /** Where, from the host's root: `/custody/api/users`. */
  readonly path: string
  /** Those that say something; the credentials of the host are not among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly status: number
  readonly reply: string
  readonly milliseconds: number
  /** What makes the same call, where curl cannot: the body is encrypted, say. */
  readonly code?: string
}

/** A function of the library that the host called in its own process. */
export interface InProcessCall {
  readonly kind: 'in-process'
  readonly code: string
  readonly reply: string
  readonly milliseconds: number
}

/** Something that happened between the page, the host and the APIs. */
export type Exchange = HttpExchange | InProcessCall

/** What the host answers a page that asked it to act. */
export interface ActReply {
  readonly exchanges: readonly Exchange[]
  /** What came of it; absent where it failed, and then `error` says why. */
  readonly result?: unknown
  readonly error?: string
}

/** What a page is told about the host that it came from. */
export interface AboutHost {
  readonly framework: string
  readonly database: string
  readonly baseUrl: string
  /** The file of the demo's credentials, from where the host was started. */
  readonly credentials: string
}
