/** An error code's HTTP status, and its message, which is safe to show to any caller. */
export interface ErrorDefinition {
  readonly status: number
  readonly message: string
}

/** Error codes with their definitions. Codes are stable, and named `object.problem`: `wallet.not-found`. */
export type ErrorTable = Readonly<Record<string, ErrorDefinition>>
