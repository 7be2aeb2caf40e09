import { inParallel, rotated } from '../outbox/attempts.ts'
import type { Delivered } from '../outbox/deliver.ts'
import type { Services } from '../services.ts'
import { batch, remove, storageLimits } from '../storage/index.ts'
import type { EndpointRow } from '../webhooks/endpoint.ts'
import type { WebhookOptions } from '../webhooks/options.ts'
import { webhookEndpoints } from '../webhooks/table.ts'
import { endpointTaker } from '../webhooks/taker.ts'
import type { Taker } from './attempt.ts'
import { handOut } from './fan-out.ts'
import { hostHandler } from './host-handler.ts'
import { runLane } from './lane.ts'
import { deliveryLimits, type EventOptions, hostTakerId } from './options.ts'
import { eventDeliveries } from './table.ts'

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
  const takerOf = (id: string, endpoint: EndpointRow | undefined): Taker | undefined => {
    if (id === hostTakerId) return host
    return endpoint === undefined ? undefined : endpointTaker(services, webhooks, endpoint)
  }
  const lane = async (id: string, endpoint: EndpointRow | undefined, until: () => boolean): Promise<Delivered> => {
    const taker = takerOf(id, endpoint)
    if (taker === undefined || busy.has(id) || until()) return nothing
    busy.add(id)
    try {
      return await runLane(services, taker, deliveryLimits.atOnce, until)
    } finally {
      busy.delete(id)
    }
  }
  const deliver = async (): Promise<Delivered> => {
    const begun = performance.now()
    const until = (): boolean => performance.now() - begun >= deliveryLimits.callTime
    await handOut(services, isForHost, until)
    const ids = rotated(await waitingTakers(services))
    const endpoints = await endpointsNamed(services, ids)
    await forgetOrphans(services, ids, endpoints)
    const lanes: Delivered[] = []
    await inParallel(ids, deliveryLimits.takersAtOnce, async (id) => {
      lanes.push(await lane(id, endpoints.get(id), until))
    })
    return sumOf(lanes)
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

/** Those for whom something is due, found by going through the index from one to the next. */
async function waitingTakers({ storage, now }: Services): Promise<readonly string[]> {
  const found: string[] = []
  for (;;) {
    if (found.length === storageLimits.in) return found
    const where = { endpointId: { gt: found.at(-1) ?? '' }, nextTryAt: { lte: now() } }
    const orderBy = [['endpointId', 'asc'] as const]
    const [next] = await storage.find(eventDeliveries, { where, orderBy, limit: 1 })
    if (next === undefined) return found
    found.push(next.endpointId)
  }
}

async function endpointsNamed(
  { storage }: Services,
  ids: readonly string[],
): Promise<ReadonlyMap<string, EndpointRow>> {
  const named = ids.filter((id) => id !== hostTakerId)
  const rows = named.length === 0 ? [] : await storage.find(webhookEndpoints, { where: { id: { in: named } } })
  return new Map(rows.map((row) => [row.id, row]))
}

/** An endpoint may have been deleted while an event was handed out to it. */
async function forgetOrphans(
  { storage }: Services,
  ids: readonly string[],
  endpoints: ReadonlyMap<string, EndpointRow>,
): Promise<void> {
  for (const endpointId of ids) {
    if (endpointId === hostTakerId || endpoints.has(endpointId)) continue
    await storage.commit(batch(remove(eventDeliveries, { where: { endpointId }, hits: 'any' })))
  }
}

/** Removes what could not be delivered for too long, and says so. */
export async function removeOldDeliveries({ storage, logger, now }: Services): Promise<void> {
  const where = { createdAt: { lt: now() - deliveryLimits.kept } }
  const [old] = await storage.find(eventDeliveries, { where, limit: 1 })
  if (old === undefined) return
  logger.warn({ type: old.type, endpoint: old.endpointId, days: 30 }, 'events that did not arrive are removed')
  await storage.commit(batch(remove(eventDeliveries, { where, hits: 'any' })))
}
