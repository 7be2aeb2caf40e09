import type { BillfoldEvent, EventType } from './event.ts'

/** Event options of the host. */
export interface EventOptions {
  /**
   * Handles each event in-process. A rejection, or no result within 30 seconds, causes a retry, for up to three days.
   * Delivery is at least once and not always in order. Configure the handler in every process that calls `deliver()` or
   * `maintain()`.
   * @example
   * ```ts
   * import type { EventOptions } from '@billfold/core'
   *
   * const events: EventOptions = {
   *   handle: (event) => {
   *     if (event.type === 'payment.completed') console.log(event.data.paymentId)
   *   },
   * }
   * ```
   */
  readonly handle?: (event: BillfoldEvent, signal: AbortSignal) => Promise<void> | void
  /** The event types passed to `handle`. Default: all. */
  readonly types?: readonly EventType[]
}

/** Limits of event delivery. Times are in milliseconds. */
export const deliveryLimits = {
  /** The timeout of the host's handler per event. */
  handlerTimeoutMs: 30_000,
  /** How long a claimed delivery is reserved for a process. Longer than any attempt, in case the process crashes. */
  claimMs: 90_000,
  backoff: { initialMs: 5_000, maxMs: 4 * 60 * 60 * 1000 },
  /** Time after the event from which a failed attempt is the last one: 72 hours. */
  retryWindowMs: 72 * 60 * 60 * 1000,
  /** Time after the event from which an undelivered event is deleted: 30 days. */
  retentionMs: 30 * 24 * 60 * 60 * 1000,
  /** Maximum concurrent attempts per subscriber and process. */
  concurrencyPerSubscriber: 4,
  /** Maximum number of subscribers served concurrently per process. */
  maxConcurrentSubscribers: 64,
  batchSize: 32,
  /** Time after which a call starts nothing new. */
  maxCallMs: 20_000,
  /** After this many consecutive failures a subscriber is skipped until the next call. */
  maxConsecutiveFailures: 3,
} as const

/** The endpoint id of deliveries to the host's handler. */
export const hostSubscriberId = 'host'

/**
 * The next attempt time of deliveries to a disabled endpoint: the largest valid timestamp, so that they are not due
 * until the endpoint is enabled.
 */
export const suspendedUntil = 8_640_000_000_000_000
