/** Limits of a request. The body limit is set per route. */
export const limits = {
  /** Maximum length of a request id chosen by the caller. */
  requestIdLength: 128,
  /** Maximum length of the query string. */
  queryBytes: 8192,
  /** Maximum number of parameters of a query string or form. */
  parameters: 100,
  /** Maximum nesting depth of a JSON body. */
  depth: 64,
  /** Default time limit for a body to arrive. */
  bodyMilliseconds: 30_000,
  /** If the body takes longer than this, the caller is authenticated again after it. */
  admissionMilliseconds: 250,
  /** Maximum number of issues in a reply. */
  issues: 20,
  /** Maximum length of the path of an issue. */
  issuePathLength: 128,
} as const

/** Default `Retry-After` in seconds. */
export const retryAfterSeconds = 5
