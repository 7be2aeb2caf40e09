/** Options of the issuer. */
export interface IssuerOptions {
  /** The public URL of the API: https, without query, fragment and trailing slash; http for loopback only. */
  readonly publicUrl: string
}
