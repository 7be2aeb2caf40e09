import type { DnsResolver } from '../http-client/ssrf-safe-request.ts'

/** Webhook options of the host. */
export interface WebhookOptions {
  /** Allows `http:` URLs, for development. Default: false. */
  readonly allowHttp?: boolean
  /**
   * Allows endpoint hostnames that resolve to private, loopback or link-local addresses. Default: false, which protects
   * your network against server-side request forgery (SSRF).
   */
  readonly allowPrivateAddresses?: boolean
  /**
   * Decides whether a URL may be used, both when it is registered and before each request. Default: every URL that
   * passes the other checks.
   */
  readonly isUrlAllowed?: (url: URL, tenant: string) => boolean | Promise<boolean>
  /** Resolves hostnames. Default: the system's resolver. */
  readonly resolveDns?: DnsResolver
  /** PEM of an additional certificate authority for endpoint certificates. */
  readonly ca?: string
  /**
   * Sends requests instead of Node's https client, for example through an egress proxy. It resolves hostnames itself,
   * so Billfold cannot check addresses. It is called with `redirect: 'manual'` and must not follow redirects.
   */
  readonly fetch?: typeof globalThis.fetch
}

/** Limits of webhooks. Times are in milliseconds. */
export const webhookLimits = {
  /** Per tenant. */
  maxEndpoints: 20,
  maxUrlLength: 2048,
  /** The timeout of one attempt: name resolution, connection and response. */
  attemptTimeoutMs: 15_000,
  /** The part of a response that is read. Its content is ignored. */
  maxResponseBytes: 64 * 1024,
  /** How long the previous secret stays valid after a rotation: 24 hours. */
  previousSecretMs: 24 * 60 * 60 * 1000,
  /** After this many consecutive failures an endpoint is paused, with exponential backoff. */
  failuresBeforeBackoff: 3,
  backoff: { initialMs: 5_000, maxMs: 5 * 60 * 1000 },
  /** An endpoint is disabled after failing for 5 days and at least this many times. */
  disableAfterMs: 5 * 24 * 60 * 60 * 1000,
  disableAfterFailures: 20,
} as const
