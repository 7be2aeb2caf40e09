import { newId } from '../ids.ts'
import { inParallel, rotated } from '../outbox/attempts.ts'
import type { Services } from '../services.ts'
import { batch, committed, insert, remove, type RowOf, type Write } from '../storage/index.ts'
import { type EndpointRow, wants } from '../webhooks/endpoint.ts'
import { webhookEndpoints } from '../webhooks/table.ts'
import { hostTakerId } from './options.ts'
import { eventDeliveries, events } from './table.ts'

type EventRow = RowOf<typeof events>

/** Who wants an event, by their ids. */
type TakersOf = (event: EventRow) => readonly string[]

/** How many events one look takes up, and how many of them at once. */
const limits = { looksAtOnce: 200, atOnce: 8 } as const

/**
 * Turns events into deliveries, one for each who wants it: an event goes in the commit in which its deliveries come, so that
 * of any number of processes one hands it out, and a crash leaves either the event or all of its deliveries.
 */
export async function handOut(
  services: Services,
  isForHost: (type: string) => boolean,
  until: () => boolean,
): Promise<void> {
  for (let more = true; more && !until(); ) {
    const orderBy = [['at', 'asc'] as const, ['id', 'asc'] as const]
    const rows = await services.storage.find(events, { orderBy, limit: limits.looksAtOnce })
    more = rows.length === limits.looksAtOnce
    const takersOf = await takersFor(services, rows, isForHost)
    const wanted = rows.filter((row) => takersOf(row).length > 0)
    const ids = rows.filter((row) => takersOf(row).length === 0).map(({ id }) => id)
    if (ids.length > 0)
      await services.storage.commit(batch(remove(events, { where: { id: { in: ids } }, hits: 'any' })))
    await inParallel(rotated(wanted), limits.atOnce, async (row) => {
      await committed(services, remove(events, { where: { id: row.id } }), ...deliveriesOf(row, takersOf(row)))
    })
  }
}

/** The endpoints are read after the events: one that was made before an event happened is among them. */
async function takersFor(
  { storage }: Services,
  rows: readonly EventRow[],
  isForHost: (type: string) => boolean,
): Promise<TakersOf> {
  const tenants = [...new Set(rows.map(({ tenant }) => tenant))]
  const where = { tenant: { in: tenants }, disabledAt: null }
  const endpoints = tenants.length === 0 ? [] : await storage.find(webhookEndpoints, { where })
  const byTenant = new Map<string, EndpointRow[]>()
  for (const endpoint of endpoints) byTenant.set(endpoint.tenant, [...(byTenant.get(endpoint.tenant) ?? []), endpoint])
  return ({ tenant, type }) => [
    ...(isForHost(type) ? [hostTakerId] : []),
    ...(byTenant.get(tenant) ?? []).filter((endpoint) => wants(endpoint, type)).map(({ id }) => id),
  ]
}

function deliveriesOf(row: EventRow, takers: readonly string[]): readonly Write[] {
  const { id: eventId, tenant, type, version, at } = row
  const timestamp = new Date(at).toISOString()
  const data: unknown = JSON.parse(row.data)
  const body = JSON.stringify({ id: eventId, type, version, tenant, timestamp, data })
  return takers.map((endpointId) => deliveryOf({ tenant, endpointId, eventId, type, body, createdAt: at }))
}

/** The write that puts an event on its way to one endpoint. */
export function deliveryOf(
  event: Pick<RowOf<typeof eventDeliveries>, 'tenant' | 'endpointId' | 'eventId' | 'type' | 'body' | 'createdAt'>,
): Write {
  return insert(eventDeliveries, { ...event, id: newId(), attempts: 0, nextTryAt: event.createdAt, failure: null })
}
