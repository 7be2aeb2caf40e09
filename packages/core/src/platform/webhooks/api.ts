import type { Actor } from '../audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { deliveryWrite } from '../events/fan-out.ts'
import { suspendedUntil } from '../events/options.ts'
import { eventDeliveries } from '../events/table.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../services.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import { webhookEvents } from './events.ts'
import { disableEndpoint } from './disable-endpoint.ts'
import { toPublicEndpoint, type WebhookEndpoint } from './endpoint.ts'
import {
  createEndpoint,
  deleteEndpoint,
  enableEndpoint,
  getEndpoint,
  rotateEndpointSecret,
  type WebhookInput,
} from './manage-endpoints.ts'
import type { WebhookOptions } from './options.ts'
import { webhookEndpoints } from './table.ts'

/** A pending delivery. Times are epoch milliseconds. */
export interface PendingDelivery {
  /** The value of the `webhook-id` header. */
  readonly eventId: string
  readonly type: string
  readonly createdAt: number
  readonly attempts: number
  /** Undefined after the last attempt, and while the endpoint is disabled. */
  readonly nextTryAt: number | undefined
  /** The reason of the last failed attempt: `HTTP 500`, `TimeoutError`, `ECONNREFUSED`. */
  readonly failure: string | undefined
}

/** Manages webhook endpoints. `tenant` defaults to the host's tenant. */
export interface WebhooksApi {
  /**
   * Creates an endpoint. The secret is returned only once.
   * @throws BillfoldError `webhook.url-not-allowed`, `webhook.limit-reached`, `input.invalid`,
   *   `webhook.events-disabled`
   * @example
   * ```ts
   * import type { Billfold } from '@billfold/core'
   *
   * async function addWebhook(billfold: Billfold) {
   *   const url = 'https://shop.example/hooks'
   *   const { id, secret } = await billfold.webhooks.create({ url, events: ['payment.completed'] })
   *   return { id, secret }
   * }
   * ```
   */
  readonly create: (
    input: WebhookInput & { readonly tenant?: string },
  ) => Promise<{ readonly id: string; readonly secret: string }>
  /** Lists the endpoints of a tenant, oldest first. */
  readonly list: (tenant?: string) => Promise<readonly WebhookEndpoint[]>
  /**
   * Replaces the secret of an endpoint and returns the new one, only once. Requests are signed with both secrets for 24
   * hours.
   * @throws BillfoldError `webhook.not-found`
   */
  readonly rotateSecret: (id: string, tenant?: string) => Promise<{ readonly secret: string }>
  /**
   * Disables an endpoint. Queued deliveries are suspended.
   * @throws BillfoldError `webhook.not-found`
   */
  readonly disable: (id: string, tenant?: string) => Promise<void>
  /**
   * Enables an endpoint. Suspended deliveries become due; events that occurred while it was disabled are not delivered.
   * @throws BillfoldError `webhook.not-found`
   */
  readonly enable: (id: string, tenant?: string) => Promise<void>
  /**
   * Deletes an endpoint with its queued deliveries.
   * @throws BillfoldError `webhook.not-found`
   */
  readonly delete: (id: string, tenant?: string) => Promise<void>
  /**
   * Queues a `webhook.pinged` event for the endpoint and returns its id.
   * @throws BillfoldError `webhook.not-found`
   */
  readonly ping: (id: string, tenant?: string) => Promise<{ readonly eventId: string }>
  /**
   * Lists pending deliveries, oldest first, at most 100.
   * @throws BillfoldError `webhook.not-found`
   */
  readonly pendingDeliveries: (id: string, tenant?: string) => Promise<readonly PendingDelivery[]>
  /**
   * Makes all pending deliveries due now, including those whose attempts are exhausted.
   * @throws BillfoldError `webhook.not-found`
   */
  readonly retry: (id: string, tenant?: string) => Promise<void>
}

/** The maximum number of deliveries in a list. */
const maxListed = 100

export function createWebhooksApi(
  services: Services,
  options: WebhookOptions,
  host: (tenant?: string) => Actor,
): WebhooksApi {
  const { storage } = services
  return {
    create: async ({ tenant, ...input }) => {
      if (!services.eventsEnabled) throw new BillfoldError('webhook.events-disabled')
      return createEndpoint(services, options, host(tenant), input)
    },
    list: async (tenant) => {
      const where = { tenant: host(tenant).tenant }
      const rows = await storage.find(webhookEndpoints, { where, orderBy: [['id', 'asc']] })
      return Promise.all(rows.map((row) => toPublicEndpoint(services, row)))
    },
    rotateSecret: (id, tenant) => rotateEndpointSecret(services, host(tenant), id),
    disable: async (id, tenant) => {
      await getEndpoint(services, host(tenant).tenant, id)
      await disableEndpoint(services, host(tenant), id, 'manual')
    },
    enable: (id, tenant) => enableEndpoint(services, host(tenant), id),
    delete: (id, tenant) => deleteEndpoint(services, host(tenant), id),
    ping: (id, tenant) => ping(services, host(tenant).tenant, id),
    pendingDeliveries: async (id, tenant) => {
      await getEndpoint(services, host(tenant).tenant, id)
      const where = { endpointId: id }
      const rows = await storage.find(eventDeliveries, { where, orderBy: [['createdAt', 'asc']], limit: maxListed })
      return rows.map(({ eventId, type, createdAt, attempts, nextTryAt, failure }) => {
        const next = nextTryAt === suspendedUntil ? undefined : (nextTryAt ?? undefined)
        return { eventId, type, createdAt, attempts, nextTryAt: next, failure: failure ?? undefined }
      })
    },
    retry: async (id, tenant) => {
      await getEndpoint(services, host(tenant).tenant, id)
      const now = services.now()
      await storage.commit(
        batch(
          update(webhookEndpoints, { where: { id }, set: { retryNotBefore: 0 }, expectedRows: 'any' }),
          update(eventDeliveries, { where: { endpointId: id }, set: { nextTryAt: now }, expectedRows: 'any' }),
        ),
      )
    },
  }
}

async function ping(services: Services, tenant: string, id: string): Promise<{ readonly eventId: string }> {
  const { id: endpointId } = await getEndpoint(services, tenant, id)
  const [eventId, createdAt, type] = [newId(), services.now(), 'webhook.pinged'] as const
  const { version } = webhookEvents[type]
  const timestamp = new Date(createdAt).toISOString()
  const body = JSON.stringify({ id: eventId, type, version, tenant, timestamp, data: { endpointId } })
  await services.storage.commit(batch(deliveryWrite({ tenant, endpointId, eventId, type, body, createdAt })))
  return { eventId }
}
