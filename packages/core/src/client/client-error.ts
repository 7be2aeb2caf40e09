/** Thrown if the server rejects a call or its reply is invalid. */
export class AuthenticationClientError extends Error {
  override readonly name = 'AuthenticationClientError'
  /** The HTTP status of the reply. */
  readonly status: number
  /** Seconds after which to retry, if the server sent `Retry-After`. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}
