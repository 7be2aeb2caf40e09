import type { Services } from '../services.ts'
import { batch, check, tryCommit, remove, update } from '../../kernel/storage/index.ts'
import type { WebhookEndpointRow } from '../webhooks/endpoint.ts'
import { webhookEndpoints } from '../webhooks/table.ts'
import { hostSubscriberId, suspendedUntil } from './options.ts'
import { eventDeliveries } from './table.ts'

/** A range of endpoint ids. */
interface Range {
  readonly gt: string
  readonly lte?: string
}

/**
 * Lists the endpoints that have due deliveries and accept them now, each once. Walks the index from one endpoint to the
 * next, starting at a random position and wrapping around, so that concurrent calls start at different endpoints.
 * Deliveries that cannot be sent are removed or suspended on the way.
 */
export async function* listDueEndpoints(services: Services, until: () => boolean): AsyncGenerator<WebhookEndpointRow> {
  const start = await randomPosition(services)
  yield* endpointsIn(services, { gt: start }, until)
  if (start !== '') yield* endpointsIn(services, { gt: '', lte: start }, until)
}

async function* endpointsIn(
  services: Services,
  range: Range,
  until: () => boolean,
): AsyncGenerator<WebhookEndpointRow> {
  for (let last = range.gt; !until(); ) {
    const next = await findDueEndpoint(services, { ...range, gt: last }, 'asc')
    if (next === undefined) return
    last = next
    const endpoint = await findAcceptingEndpoint(services, next)
    if (endpoint !== undefined) yield endpoint
  }
}

/** Returns the endpoint if it accepts deliveries now. */
async function findAcceptingEndpoint(services: Services, id: string): Promise<WebhookEndpointRow | undefined> {
  const { storage, now } = services
  const [endpoint] = await storage.find(webhookEndpoints, { where: { id }, limit: 1 })
  if (endpoint === undefined) {
    // The endpoint may have been deleted during a fan-out.
    await storage.commit(batch(remove(eventDeliveries, { where: { endpointId: id }, expectedRows: 'any' })))
    return undefined
  }
  if (endpoint.disabledAt !== null) await suspendDeliveries(services, id)
  return endpoint.disabledAt === null && endpoint.retryNotBefore <= now() ? endpoint : undefined
}

/** Suspends the due deliveries of a disabled endpoint until it is enabled. */
async function suspendDeliveries(services: Services, endpointId: string): Promise<void> {
  const due = { endpointId, nextTryAt: { lte: services.now() } }
  await tryCommit(
    services,
    check(webhookEndpoints, { where: { id: endpointId, disabledAt: { gte: 0 } } }),
    update(eventDeliveries, { where: due, set: { nextTryAt: suspendedUntil }, expectedRows: 'any' }),
  )
}

/** Returns the id of the first or last endpoint with due deliveries. */
async function findDueEndpoint(
  { storage, now }: Services,
  range: Range,
  direction: 'asc' | 'desc',
): Promise<string | undefined> {
  const where = { endpointId: { ...range, ne: hostSubscriberId }, nextTryAt: { lte: now() } }
  const [row] = await storage.find(eventDeliveries, { where, orderBy: [['endpointId', direction]], limit: 1 })
  return row?.endpointId
}

/**
 * Returns a random position between the first and the last endpoint with due deliveries. Ids are UUIDv7: they start
 * with 12 hex digits of their creation time.
 */
async function randomPosition(services: Services): Promise<string> {
  const [first, last] = [
    await findDueEndpoint(services, { gt: '' }, 'asc'),
    await findDueEndpoint(services, { gt: '' }, 'desc'),
  ]
  const [from, to] = [parseTimestamp(first), parseTimestamp(last)]
  if (Number.isNaN(from) || Number.isNaN(to)) return ''
  const hex = Math.floor(from + Math.random() * (to - from + 1))
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

function parseTimestamp(id = ''): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}
