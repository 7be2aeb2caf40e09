import type { CustodyServices } from './custody/services.ts'
import { type EventDelivery, createEventDelivery } from './platform/events/deliver-events.ts'
import { type DeliveryCounts, deliverOutbox } from './platform/outbox/index.ts'
import { awaitAll } from './kernel/concurrency/settle-all.ts'
import type { BillfoldOptions } from './billfold-options.ts'

/** Delivers messages and events concurrently. */
export function createDelivery(
  services: CustodyServices,
  { events, webhooks = {} }: Pick<BillfoldOptions, 'events' | 'webhooks'>,
): EventDelivery {
  const eventDeliveries = createEventDelivery(
    services,
    events === undefined || events === false ? {} : events,
    webhooks,
  )
  const deliver = async (): Promise<DeliveryCounts> => {
    const counts = await awaitAll([deliverOutbox(services), eventDeliveries.deliver()])
    return counts.reduce((sum, { delivered, failed }) => {
      return { delivered: sum.delivered + delivered, failed: sum.failed + failed }
    })
  }
  return { deliver }
}
