/** The server refused a call. */
export class AuthenticationClientError extends Error {
  override readonly name = 'AuthenticationClientError'
  /** The HTTP status. */
  readonly status: number
  /** After how many seconds to try again, where the server says so. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message)
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}
