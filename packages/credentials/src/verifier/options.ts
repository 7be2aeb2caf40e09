/** Options of the verifier. */
export interface VerifierOptions {
  /** The public URL of the API: https, without query, fragment and trailing slash; http for loopback only. */
  readonly publicUrl: string
}
