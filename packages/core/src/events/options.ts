import type { BillfoldEvent, EventType } from './event.ts'

/** What a host does with events. */
export interface EventOptions {
  /**
   * Takes each event in-process. It resolves when the event is dealt with; a rejection, or 30 seconds without an answer, brings the same
   * event again later, for three days. So each comes at least once, and not always in order. Give it to every process that calls
   * `deliver()` or `maintain()`.
   */
  readonly handle?: (event: BillfoldEvent, signal: AbortSignal) => Promise<void> | void
  /** The kinds that `handle` takes: all. */
  readonly types?: readonly EventType[]
}

/** Numbers of deliveries. Times are in milliseconds. */
export const deliveryLimits = {
  /** That the host's handler has for one event. */
  handlingTime: 30_000,
  /** That a delivery is a process's own: longer than any attempt takes, in case the process dies. */
  claim: 90_000,
  pauses: { first: 5_000, longest: 4 * 60 * 60 * 1000 },
  /** After the event, a failed attempt is the last one: 72 hours. */
  giveUpAfter: 72 * 60 * 60 * 1000,
  /** After the event, what was not delivered is removed: 30 days. */
  kept: 30 * 24 * 60 * 60 * 1000,
  /** Attempts to one taker at once, in one process. */
  atOnce: 4,
  /** Takers that are served at once, in one process. */
  takersAtOnce: 64,
  looksAtOnce: 32,
  /** After so long a call takes nothing new up. */
  callTime: 20_000,
  /** A taker that has failed so often in a row is left for the next call. */
  failuresInARow: 3,
} as const

/** The id that deliveries to the host's own handler have in place of an endpoint's. */
export const hostTakerId = 'host'

/** When what waits for a disabled endpoint is tried next: at the last moment that there is, unless the endpoint is enabled before. */
export const parked = 8_640_000_000_000_000
