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

/** What a process delivers events by. */
export interface EventDelivery {
  /** Delivers what is due, to all who take events, side by side: one that is slow keeps nobody else waiting. */
  readonly deliver: () => Promise<Delivered>
}

/**
 * The deliveries of one process. Calls may overlap: what one of them has begun, the others leave alone, and together they send no
 * more to one taker at once than one of them would.
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
  const lane = async (taker: Taker | undefined, until: () => boolean): Promise<Delivered> => {
    if (taker === undefined || busy.has(taker.id) || until()) return nothing
    busy.add(taker.id)
    try {
      return await runLane(services, taker, deliveryLimits.atOnce, until)
    } catch (cause) {
      // Whoever stands in this lane, the others have theirs.
      services.logger.error({ cause, taker: taker.id }, 'the deliveries to one taker have failed')
      return nothing
    } finally {
      busy.delete(taker.id)
    }
  }
  const deliver = async (): Promise<Delivered> => {
    const begun = performance.now()
    const until = (): boolean => performance.now() - begun >= deliveryLimits.callTime
    await handOut(services, isForHost, until)
    const waiting = waitingEndpoints(services, until)
    const lanes: Promise<Delivered>[] = []
    const worker = async (): Promise<void> => {
      for await (const endpoint of waiting) {
        if (until()) return
        const served = lane(endpointTaker(services, webhooks, endpoint), until)
        lanes.push(served)
        await served
      }
    }
    lanes.push(lane(host, until))
    await allEnded(Array.from({ length: deliveryLimits.takersAtOnce }, worker))
    return sumOf(await Promise.all(lanes))
  }
  return { deliver }
}

const nothing: Delivered = { delivered: 0, failed: 0 }

function sumOf(all: readonly Delivered[]): Delivered {
  return all.reduce(
    (sum, one) => ({ delivered: sum.delivered + one.delivered, failed: sum.failed + one.failed }),
    nothing,
  )
}

/** Removes what could not be delivered for too long, and says so. */
export async function removeOldDeliveries({ storage, logger, now }: Services): Promise<void> {
  const where = { createdAt: { lt: now() - deliveryLimits.kept } }
  const [old] = await storage.find(eventDeliveries, { where, limit: 1 })
  if (old === undefined) return
  logger.warn({ type: old.type, endpoint: old.endpointId, days: 30 }, 'events that did not arrive are removed')
  await storage.commit(batch(remove(eventDeliveries, { where, hits: 'any' })))
}
