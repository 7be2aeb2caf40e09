import type { Resolve } from '../outgoing/checked-request.ts'

/** How webhooks are sent. */
export interface WebhookOptions {
  /** Whether `http:` URLs are taken too: no, but for development. */
  readonly http?: boolean
  /**
   * Lets the name of an endpoint stand for private, loopback and link-local addresses: no, so that nobody who registers an
   * endpoint reaches into your network.
   */
  readonly privateAddresses?: boolean
  /** Which URLs may be registered, and called: asked each time. All that the other options let through, unless given. */
  readonly allow?: (url: URL, tenant: string) => boolean | Promise<boolean>
  /** Where names stand for addresses, in place of the system's resolver. */
  readonly resolve?: Resolve
  /** PEM of the authority that signs the certificates of endpoints, where the public ones do not. */
  readonly ca?: string
  /**
   * Sends in place of Node's https, for an egress proxy. It resolves the names then, so that addresses are not checked here; it
   * must not follow redirects, which it is told.
   */
  readonly fetch?: typeof globalThis.fetch
}

/** Numbers of webhooks. Times are in milliseconds. */
export const webhookLimits = {
  /** Endpoints of one tenant. */
  endpoints: 20,
  urlLength: 2048,
  /** For one attempt: name, connection and answer. */
  attemptTime: 15_000,
  /** Of an answer, which nobody reads. */
  answerBytes: 64 * 1024,
  /** The secret before a rotation is good for so long: 24 hours. */
  oldSecretTime: 24 * 60 * 60 * 1000,
  /** An endpoint that has failed so often in a row rests, each time for longer. */
  failuresBeforeRest: 3,
  rests: { first: 5_000, longest: 5 * 60 * 1000 },
  /** An endpoint that has failed for so long, and so often, is disabled: 5 days. */
  failingTime: 5 * 24 * 60 * 60 * 1000,
  failures: 20,
} as const
