import { newId } from '../../kernel/ids.ts'
import { forEachConcurrent, rotateRandomly } from '../../kernel/concurrency/async.ts'
import type { Services } from '../services.ts'
import { batch, tryCommit, insert, remove, type RowOf, type Write } from '../../kernel/storage/index.ts'
import { type WebhookEndpointRow, isSubscribedTo } from '../webhooks/endpoint.ts'
import { webhookEndpoints } from '../webhooks/table.ts'
import { hostSubscriberId } from './options.ts'
import { eventDeliveries, events } from './table.ts'

type EventRow = RowOf<typeof events>

/** Returns the ids of the subscribers of an event. */
type SubscriberLookup = (event: EventRow) => readonly string[]

/** The number of events per read, and how many of them are processed concurrently. */
const limits = { batchSize: 200, concurrency: 8 } as const

/**
 * Turns events into deliveries, one per subscriber. The event row is deleted in the commit that inserts its deliveries.
 * So only one process fans out an event, and after a crash there is either the event or all of its deliveries.
 */
export async function fanOutEvents(
  services: Services,
  isForHost: (type: string) => boolean,
  until: () => boolean,
): Promise<void> {
  for (let more = true; more && !until(); ) {
    const orderBy = [['at', 'asc'] as const, ['id', 'asc'] as const]
    const rows = await services.storage.find(events, { orderBy, limit: limits.batchSize })
    more = rows.length === limits.batchSize
    const getSubscriberIds = await createSubscriberLookup(services, rows, isForHost)
    const wanted = rows.filter((row) => getSubscriberIds(row).length > 0)
    const ids = rows.filter((row) => getSubscriberIds(row).length === 0).map(({ id }) => id)
    if (ids.length > 0)
      await services.storage.commit(batch(remove(events, { where: { id: { in: ids } }, expectedRows: 'any' })))
    await forEachConcurrent(rotateRandomly(wanted), limits.concurrency, async (row) => {
      await tryCommit(
        services,
        remove(events, { where: { id: row.id } }),
        ...deliveryWrites(row, getSubscriberIds(row)),
      )
    })
  }
}

/** Endpoints are read after the events, so that an endpoint created before an event is included. */
async function createSubscriberLookup(
  { storage }: Services,
  rows: readonly EventRow[],
  isForHost: (type: string) => boolean,
): Promise<SubscriberLookup> {
  const tenants = [...new Set(rows.map(({ tenant }) => tenant))]
  const where = { tenant: { in: tenants }, disabledAt: null }
  const endpoints = tenants.length === 0 ? [] : await storage.find(webhookEndpoints, { where })
  const byTenant = new Map<string, WebhookEndpointRow[]>()
  for (const endpoint of endpoints) byTenant.set(endpoint.tenant, [...(byTenant.get(endpoint.tenant) ?? []), endpoint])
  return ({ tenant, type }) => [
    ...(isForHost(type) ? [hostSubscriberId] : []),
    ...(byTenant.get(tenant) ?? []).filter((endpoint) => isSubscribedTo(endpoint, type)).map(({ id }) => id),
  ]
}

function deliveryWrites(row: EventRow, subscribers: readonly string[]): readonly Write[] {
  const { id: eventId, tenant, type, version, at } = row
  const timestamp = new Date(at).toISOString()
  const data: unknown = JSON.parse(row.data)
  const body = JSON.stringify({ id: eventId, type, version, tenant, timestamp, data })
  return subscribers.map((endpointId) => deliveryWrite({ tenant, endpointId, eventId, type, body, createdAt: at }))
}

/** Returns the write that queues an event for one subscriber. */
export function deliveryWrite(
  event: Pick<RowOf<typeof eventDeliveries>, 'tenant' | 'endpointId' | 'eventId' | 'type' | 'body' | 'createdAt'>,
): Write {
  return insert(eventDeliveries, { ...event, id: newId(), attempts: 0, nextTryAt: event.createdAt, failure: null })
}
