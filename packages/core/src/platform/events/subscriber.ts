import type { RowOf } from '../../kernel/storage/index.ts'
import type { eventDeliveries } from './table.ts'

/** An event delivery row. */
export type DeliveryRow = RowOf<typeof eventDeliveries>

/** The result of one delivery attempt. */
export type DeliveryResult =
  | { readonly delivered: true }
  | {
      readonly delivered: false
      /** A short reason, at most 64 characters. Contains no secret and no URL. */
      readonly failure: string
      /** The delay that the subscriber asked for, in milliseconds. */
      readonly retryAfterMs?: number
      /** True if the subscriber answered that it no longer exists (HTTP 410). */
      readonly isGone?: boolean
    }

/** A receiver of events: a webhook endpoint, or the host's event handler. */
export interface Subscriber {
  /** The id of the webhook endpoint, or `host`. */
  readonly id: string
  /** Makes one delivery attempt and records its effect on the subscriber. Rejects only if the storage fails. */
  readonly attempt: (delivery: DeliveryRow) => Promise<DeliveryResult>
}
