import type { RowOf } from '../storage/index.ts'
import type { eventDeliveries } from './table.ts'

/** An event on its way, as it is kept. */
export type DeliveryRow = RowOf<typeof eventDeliveries>

/** How one attempt to deliver an event went. */
export type Attempted =
  | { readonly arrived: true }
  | {
      readonly arrived: false
      /** In a few words, at most 64 characters; no secret, no URL. */
      readonly failure: string
      /** Milliseconds that the receiver asks to be left alone for. */
      readonly pause?: number
      /** It says that it never wants anything again. */
      readonly isGone?: boolean
    }

/** Somebody who takes events: an endpoint, or the host's own handler. */
export interface Taker {
  /** The id of the endpoint, or `host`. */
  readonly id: string
  /** Delivers once, and keeps what follows from how it went. Rejects only when the storage fails. */
  readonly attempt: (delivery: DeliveryRow) => Promise<Attempted>
}
