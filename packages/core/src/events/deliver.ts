import type { Delivered } from '../outbox/deliver.ts'
import { allEnded } from '../operations/each-step.ts'
import type { Services } from '../services.ts'
import { batch, remove } from '../storage/index.ts'
import type { WebhookOptions } from '../webhooks/options.ts'
import { endpointTaker } from '../webhooks/taker.ts'
import type { Taker } from './attempt.ts'
import { handOut } from './fan-out.ts'
import { hostHandler } from './host-handler.ts'
import { runLane } from './lane.ts'
import { deliveryLimits, type EventOptions } from './options.ts'
import { eventDeliveries } from './table.ts'
import { waitingEndpoints } from './waiting.ts'

/** The event delivery of one process. */
export interface EventDelivery {
  /** Delivers due events to all subscribers concurrently. A slow subscriber does not delay the others. */
  readonly deliver: () => Promise<Delivered>
}

/**
 * Creates the event delivery of one process. Calls to `deliver` may overlap: a subscriber that one call is serving is
 * skipped by the others, so the concurrency per subscriber is bounded by the process, not by the number of calls.
 */
export function eventDelivery(
  services: Services,
  { handle, types }: EventOptions,
  webhooks: WebhookOptions,
): EventDelivery {
  const busy = new Set<string>()
  const host = handle === undefined ? undefined : hostHandler(services, handle)
  const wanted: ReadonlySet<string> | undefined = types === undefined ? undefined : new Set(types)
  const isForHost = (type: string): boolean => host !== undefined && (wanted?.has(type) ?? true)
  const serve = async (subscriber: Taker | undefined, until: () => boolean): Promise<Delivered> => {
    if (subscriber === undefined || busy.has(subscriber.id) || until()) return nothing
    busy.add(subscriber.id)
    try {
      return await runLane(services, subscriber, deliveryLimits.atOnce, until)
    } catch (cause) {
      // An error of one subscriber must not affect the others.
      services.logger.error({ cause, subscriber: subscriber.id }, 'event delivery failed')
      return nothing
    } finally {
      busy.delete(subscriber.id)
    }
  }
  const deliver = async (): Promise<Delivered> => {
    const startedAt = performance.now()
    const until = (): boolean => performance.now() - startedAt >= deliveryLimits.callTime
    await handOut(services, isForHost, until)
    const waiting = waitingEndpoints(services, until)
    const served: Promise<Delivered>[] = []
    const worker = async (): Promise<void> => {
      for await (const endpoint of waiting) {
        if (until()) return
        const current = serve(endpointTaker(services, webhooks, endpoint), until)
        served.push(current)
        await current
      }
    }
    served.push(serve(host, until))
    await allEnded(Array.from({ length: deliveryLimits.takersAtOnce }, worker))
    return sum(await Promise.all(served))
  }
  return { deliver }
}

const nothing: Delivered = { delivered: 0, failed: 0 }

function sum(all: readonly Delivered[]): Delivered {
  return all.reduce(
    (total, one) => ({ delivered: total.delivered + one.delivered, failed: total.failed + one.failed }),
    nothing,
  )
}

/** Deletes deliveries older than 30 days and logs that it did. */
export async function removeOldDeliveries({ storage, logger, now }: Services): Promise<void> {
  const where = { createdAt: { lt: now() - deliveryLimits.kept } }
  const [old] = await storage.find(eventDeliveries, { where, limit: 1 })
  if (old === undefined) return
  logger.warn({ type: old.type, endpoint: old.endpointId, days: 30 }, 'undelivered events deleted')
  await storage.commit(batch(remove(eventDeliveries, { where, hits: 'any' })))
}
