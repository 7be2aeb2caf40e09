import { BillfoldError } from '../errors.ts'
import { withinTime } from '../outbox/attempts.ts'
import type { Services } from '../services.ts'
import type { Attempted, DeliveryRow, Taker } from './attempt.ts'
import { type BillfoldEvent, isBillfoldEvent } from './event.ts'
import { deliveryLimits, type EventOptions, hostTakerId } from './options.ts'

/** The host's own handler as a taker of events. */
export function hostHandler({ logger }: Services, handle: NonNullable<EventOptions['handle']>): Taker {
  const attempt = async ({ eventId, type, body }: DeliveryRow): Promise<Attempted> => {
    try {
      const event = eventIn(body)
      await withinTime(deliveryLimits.handlingTime, async (signal) => handle(event, signal))
      return { arrived: true }
    } catch (cause) {
      logger.warn({ cause, type, event: eventId }, 'the handler of events has failed')
      return { arrived: false, failure: cause instanceof Error ? cause.name.slice(0, 64) : 'unknown' }
    }
  }
  return { id: hostTakerId, attempt }
}

/** An event that another version of Billfold has written may not be known here. @throws BillfoldError `unexpected` */
function eventIn(body: string): BillfoldEvent {
  const event: unknown = JSON.parse(body)
  if (!isBillfoldEvent(event))
    throw new BillfoldError('unexpected', { message: 'This version does not know the event' })
  return event
}
