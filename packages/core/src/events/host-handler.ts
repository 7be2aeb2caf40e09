import { BillfoldError } from '../errors.ts'
import { withinTime } from '../outbox/attempts.ts'
import type { Services } from '../services.ts'
import type { Attempted, DeliveryRow, Taker } from './attempt.ts'
import { type BillfoldEvent, isBillfoldEvent } from './event.ts'
import { deliveryLimits, type EventOptions, hostTakerId } from './options.ts'

/** Creates the subscriber for the host's event handler. */
export function hostHandler({ logger }: Services, handle: NonNullable<EventOptions['handle']>): Taker {
  const attempt = async ({ eventId, type, body }: DeliveryRow): Promise<Attempted> => {
    try {
      const event = parseEvent(body)
      await withinTime(deliveryLimits.handlingTime, async (signal) => handle(event, signal))
      return { arrived: true }
    } catch (cause) {
      logger.warn({ cause, type, event: eventId }, 'event handler failed')
      return { arrived: false, failure: cause instanceof Error ? cause.name.slice(0, 64) : 'unknown' }
    }
  }
  return { id: hostTakerId, attempt }
}

/**
 * Parses a delivery body. An event written by another version of Billfold may be unknown.
 * @throws BillfoldError `unexpected`
 */
function parseEvent(body: string): BillfoldEvent {
  const event: unknown = JSON.parse(body)
  if (!isBillfoldEvent(event)) throw new BillfoldError('unexpected', { message: 'Unknown event type or version' })
  return event
}
