/** The bounds on what one request may bring, in one place. A route's body limit is its own. */
export const limits = {
  /** Characters of a request id that a caller may choose. */
  requestIdLength: 128,
  /** Bytes of the query string. */
  queryBytes: 8192,
  /** Parameters of a query string or of a form. */
  parameters: 100,
  /** Objects and arrays within each other in a JSON body. */
  depth: 64,
  /** Milliseconds for a body to arrive. */
  bodyMilliseconds: 30_000,
  /** Milliseconds that an admission is good for while the body arrives. */
  admissionMilliseconds: 250,
  /** Issues that one reply names. */
  issues: 20,
  /** Characters of an issue's path. */
  issuePathLength: 128,
} as const

/** Seconds after which a caller may try again when the error says no number of its own. */
export const retryAfterSeconds = 5
