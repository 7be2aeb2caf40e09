import { BillfoldError } from '../../kernel/errors.ts'
import { withTimeout } from '../../kernel/concurrency/async.ts'
import type { Services } from '../services.ts'
import type { DeliveryResult, DeliveryRow, Subscriber } from './subscriber.ts'
import type { EventDefinitions } from './define-event.ts'
import type { BillfoldEvent } from './event.ts'
import { isEventIn } from './is-event.ts'
import { deliveryLimits, type EventOptions, hostSubscriberId } from './options.ts'

/** Creates the subscriber for the host's event handler. */
export function createHostSubscriber(
  { logger, eventCatalogue }: Services,
  handle: NonNullable<EventOptions['handle']>,
): Subscriber {
  const attempt = async ({ eventId, type, body }: DeliveryRow): Promise<DeliveryResult> => {
    try {
      const event = parseEvent(eventCatalogue, body)
      await withTimeout(deliveryLimits.handlerTimeoutMs, async (signal) => handle(event, signal))
      return { delivered: true }
    } catch (cause) {
      logger.warn({ cause, type, event: eventId }, 'event handler failed')
      return { delivered: false, failure: cause instanceof Error ? cause.name.slice(0, 64) : 'unknown' }
    }
  }
  return { id: hostSubscriberId, attempt }
}

/**
 * Parses a delivery body. An event written by another version of Billfold may be unknown.
 * @throws BillfoldError `unexpected`
 */
function parseEvent(definitions: EventDefinitions, body: string): BillfoldEvent {
  const event: unknown = JSON.parse(body)
  if (!isEventIn(definitions, event))
    throw new BillfoldError('unexpected', { message: 'Unknown event type or version' })
  return event
}
