import type { DeliveryCounts } from '../outbox/deliver-outbox.ts'
import { awaitAll } from '../../kernel/concurrency/settle-all.ts'
import type { Services } from '../services.ts'
import { deleteInBatches, type ReportRows } from '../../kernel/storage/index.ts'
import type { WebhookOptions } from '../webhooks/options.ts'
import { createEndpointSubscriber } from '../webhooks/endpoint-subscriber.ts'
import type { Subscriber } from './subscriber.ts'
import { fanOutEvents } from './fan-out.ts'
import { createHostSubscriber } from './host-subscriber.ts'
import { drainSubscriber } from './deliver-to-subscriber.ts'
import { deliveryLimits, type EventOptions } from './options.ts'
import { eventDeliveries } from './table.ts'
import { listDueEndpoints } from './due-endpoints.ts'

/** The event delivery of one process. */
export interface EventDelivery {
  /** Delivers due events to all subscribers concurrently. A slow subscriber does not delay the others. */
  readonly deliver: () => Promise<DeliveryCounts>
}

/**
 * Creates the event delivery of one process. Calls to `deliver` may overlap: a subscriber that one call is serving is
 * skipped by the others, so the concurrency per subscriber is bounded by the process, not by the number of calls.
 */
export function createEventDelivery(
  services: Services,
  { handle, types }: EventOptions,
  webhooks: WebhookOptions,
): EventDelivery {
  const busy = new Set<string>()
  const host = handle === undefined ? undefined : createHostSubscriber(services, handle)
  const wanted: ReadonlySet<string> | undefined = types === undefined ? undefined : new Set(types)
  const isForHost = (type: string): boolean => host !== undefined && (wanted?.has(type) ?? true)
  const serve = async (subscriber: Subscriber | undefined, until: () => boolean): Promise<DeliveryCounts> => {
    if (subscriber === undefined || busy.has(subscriber.id) || until()) return nothing
    busy.add(subscriber.id)
    try {
      return await drainSubscriber(services, subscriber, deliveryLimits.concurrencyPerSubscriber, until)
    } catch (cause) {
      // An error of one subscriber must not affect the others.
      services.logger.error({ cause, subscriber: subscriber.id }, 'event delivery failed')
      return nothing
    } finally {
      busy.delete(subscriber.id)
    }
  }
  const deliver = async (): Promise<DeliveryCounts> => {
    const startedAt = performance.now()
    const until = (): boolean => performance.now() - startedAt >= deliveryLimits.maxCallMs
    await fanOutEvents(services, isForHost, until)
    const waiting = listDueEndpoints(services, until)
    const served: Promise<DeliveryCounts>[] = []
    const worker = async (): Promise<void> => {
      for await (const endpoint of waiting) {
        if (until()) return
        const current = serve(createEndpointSubscriber(services, webhooks, endpoint), until)
        served.push(current)
        await current
      }
    }
    served.push(serve(host, until))
    await awaitAll(Array.from({ length: deliveryLimits.maxConcurrentSubscribers }, worker))
    return sum(await Promise.all(served))
  }
  return { deliver }
}

const nothing: DeliveryCounts = { delivered: 0, failed: 0 }

function sum(all: readonly DeliveryCounts[]): DeliveryCounts {
  return all.reduce(
    (total, one) => ({ delivered: total.delivered + one.delivered, failed: total.failed + one.failed }),
    nothing,
  )
}

/** Deletes deliveries older than 30 days and logs that it did. */
export async function purgeOldDeliveries({ storage, logger, now }: Services, report?: ReportRows): Promise<void> {
  const where = { createdAt: { lt: now() - deliveryLimits.retentionMs } }
  const [old] = await storage.find(eventDeliveries, { where, limit: 1 })
  if (old === undefined) return
  logger.warn({ type: old.type, endpoint: old.endpointId, days: 30 }, 'undelivered events deleted')
  await deleteInBatches(storage, eventDeliveries, where, report)
}
