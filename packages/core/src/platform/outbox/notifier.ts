/** A message to the host, or through the host to a person. */
export interface OutboxMessage {
  /** UUIDv7, the same for every delivery attempt. Use it to discard duplicates. */
  readonly id: string
  readonly tenant: string
  readonly topic: string
  readonly subject: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Plain JSON whose shape depends on the topic. May contain personal data. */
  readonly payload: Readonly<Record<string, unknown>>
}

/** Delivers messages to people: by email, SMS or push notification. */
export interface Notifier {
  /**
   * Delivers one message. Resolve once it is accepted for delivery. A rejection, or no result within 30 seconds, causes
   * a retry, so delivery is at least once.
   */
  readonly deliver: (message: OutboxMessage, signal: AbortSignal) => Promise<void>
}
