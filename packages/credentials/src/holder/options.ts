/** Options of the holder. */
export interface HolderOptions {
  /** Where the browser returns to after an issuer's authorization page. */
  readonly redirectUri: string
}
