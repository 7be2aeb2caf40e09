/** One message to the host, or through the host to a person. */
export interface Message {
  /** UUIDv7: the same one for every attempt, so that a receiver can drop repeats. */
  readonly id: string
  readonly tenant: string
  readonly topic: string
  readonly subject: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Plain JSON, by topic. It can hold personal data. */
  readonly payload: Readonly<Record<string, unknown>>
}

/** Takes messages to people out: by email, SMS, a push service. */
export interface Notifier {
  /**
   * Delivers one message: resolves when it is safely on its way. A rejection, or 30 seconds without an answer, brings the same message
   * again later; so each is delivered at least once, and now and then twice.
   */
  readonly deliver: (message: Message, signal: AbortSignal) => Promise<void>
}
