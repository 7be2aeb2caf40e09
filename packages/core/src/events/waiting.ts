import type { Services } from '../services.ts'
import { batch, check, committed, remove, update } from '../storage/index.ts'
import type { EndpointRow } from '../webhooks/endpoint.ts'
import { webhookEndpoints } from '../webhooks/table.ts'
import { hostTakerId, parked } from './options.ts'
import { eventDeliveries } from './table.ts'

/** A part of the ids of endpoints, in their order. */
interface Range {
  readonly gt: string
  readonly lte?: string
}

/**
 * The endpoints for which something is due and which take it now, each once: found by going through the index from one to the next,
 * from a random place on and round, so that calls do not all begin with the same. What cannot be sent is put out of the way.
 */
export async function* waitingEndpoints(services: Services, until: () => boolean): AsyncGenerator<EndpointRow> {
  const start = await randomPlace(services)
  yield* endpointsIn(services, { gt: start }, until)
  if (start !== '') yield* endpointsIn(services, { gt: '', lte: start }, until)
}

async function* endpointsIn(services: Services, range: Range, until: () => boolean): AsyncGenerator<EndpointRow> {
  for (let last = range.gt; !until(); ) {
    const next = await dueAt(services, { ...range, gt: last }, 'asc')
    if (next === undefined) return
    last = next
    const endpoint = await takingEndpoint(services, next)
    if (endpoint !== undefined) yield endpoint
  }
}

/** The endpoint with this id, where it takes something now. */
async function takingEndpoint(services: Services, id: string): Promise<EndpointRow | undefined> {
  const { storage, now } = services
  const [endpoint] = await storage.find(webhookEndpoints, { where: { id }, limit: 1 })
  if (endpoint === undefined) {
    // It may have been deleted while an event was handed out to it.
    await storage.commit(batch(remove(eventDeliveries, { where: { endpointId: id }, hits: 'any' })))
    return undefined
  }
  if (endpoint.disabledAt !== null) await park(services, id)
  return endpoint.disabledAt === null && endpoint.restUntil <= now() ? endpoint : undefined
}

/** What waits for an endpoint that is disabled is not looked at again until it is enabled. */
async function park(services: Services, endpointId: string): Promise<void> {
  const due = { endpointId, nextTryAt: { lte: services.now() } }
  await committed(
    services,
    check(webhookEndpoints, { where: { id: endpointId, disabledAt: { gte: 0 } } }),
    update(eventDeliveries, { where: due, set: { nextTryAt: parked }, hits: 'any' }),
  )
}

/** The id of the first endpoint, or the last, for which something is due. */
async function dueAt({ storage, now }: Services, range: Range, direction: 'asc' | 'desc'): Promise<string | undefined> {
  const where = { endpointId: { ...range, ne: hostTakerId }, nextTryAt: { lte: now() } }
  const [row] = await storage.find(eventDeliveries, { where, orderBy: [['endpointId', direction]], limit: 1 })
  return row?.endpointId
}

/** A place between the first and the last that wait: ids begin with 12 hex digits of the time at which they were made. */
async function randomPlace(services: Services): Promise<string> {
  const [first, last] = [await dueAt(services, { gt: '' }, 'asc'), await dueAt(services, { gt: '' }, 'desc')]
  const [from, to] = [timeIn(first), timeIn(last)]
  if (Number.isNaN(from) || Number.isNaN(to)) return ''
  const hex = Math.floor(from + Math.random() * (to - from + 1))
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

function timeIn(id = ''): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}
