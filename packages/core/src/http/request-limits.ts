/** Limits of a request. The body limit is set per route. */
export const requestLimits = {
  /** Maximum length of a request id chosen by the caller. */
  maxRequestIdLength: 128,
  /** Maximum length of the query string. */
  maxQueryLength: 8192,
  /** Maximum number of parameters of a query string or form. */
  maxParameters: 100,
  /** Maximum nesting depth of a JSON body. */
  maxJsonDepth: 64,
  /** Maximum number of values in a JSON body, nested ones included. */
  maxJsonValues: 20_000,
  /** Default time limit for a body to arrive. */
  bodyTimeoutMs: 30_000,
  /** If the body takes longer than this, the caller is authenticated again after it. */
  reauthenticateAfterMs: 250,
  /** Maximum number of issues in a reply. */
  maxIssues: 20,
  /** Maximum length of the path of an issue. */
  maxIssuePathLength: 128,
} as const

/** Default `Retry-After` in seconds. */
export const defaultRetryAfterSeconds = 5
