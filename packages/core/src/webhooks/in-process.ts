import type { Actor } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { deliveryOf } from '../events/fan-out.ts'
import { eventCatalogue } from '../events/catalogue.ts'
import { parked } from '../events/options.ts'
import { eventDeliveries } from '../events/table.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, update } from '../storage/index.ts'
import { disableEndpoint } from './disable.ts'
import { shownEndpoint, type WebhookEndpoint } from './endpoint.ts'
import {
  createEndpoint,
  deleteEndpoint,
  enableEndpoint,
  findEndpoint,
  rotateEndpointSecret,
  type WebhookInput,
} from './manage.ts'
import type { WebhookOptions } from './options.ts'
import { webhookEndpoints } from './table.ts'

/** A delivery that has not arrived yet. Times are in milliseconds since 1970. */
export interface WaitingDelivery {
  /** What receivers know as `webhook-id`. */
  readonly eventId: string
  readonly type: string
  readonly createdAt: number
  readonly attempts: number
  /** Undefined when it was given up, and while it waits for its endpoint to be enabled. */
  readonly nextTryAt: number | undefined
  /** What the last attempt met: `HTTP 500`, `TimeoutError`, `ECONNREFUSED`. */
  readonly failure: string | undefined
}

/** Endpoints that events are sent to. `tenant` is the host's own unless one is given. */
export interface Webhooks {
  /**
   * Makes an endpoint; its secret is shown here only.
   * @throws BillfoldError `webhook.url-refused`, `webhook.too-many`, `input.invalid`, `webhook.events-off`
   */
  readonly create: (
    input: WebhookInput & { readonly tenant?: string },
  ) => Promise<{ readonly id: string; readonly secret: string }>
  /** All of a tenant, oldest first. */
  readonly list: (tenant?: string) => Promise<readonly WebhookEndpoint[]>
  /**
   * Gives an endpoint a new secret, shown here only. For 24 hours requests are signed with both.
   * @throws BillfoldError `webhook.unknown`
   */
  readonly rotateSecret: (id: string, tenant?: string) => Promise<{ readonly secret: string }>
  /** Sends nothing more to an endpoint; what is on its way waits. @throws BillfoldError `webhook.unknown` */
  readonly disable: (id: string, tenant?: string) => Promise<void>
  /** Sends to it again. What happened meanwhile does not come. @throws BillfoldError `webhook.unknown` */
  readonly enable: (id: string, tenant?: string) => Promise<void>
  /** Deletes an endpoint, and forgets what is on its way to it. @throws BillfoldError `webhook.unknown` */
  readonly delete: (id: string, tenant?: string) => Promise<void>
  /** Sends a `webhook.pinged` to it with the next delivery, and gives its id. @throws BillfoldError `webhook.unknown` */
  readonly ping: (id: string, tenant?: string) => Promise<{ readonly eventId: string }>
  /** What has not arrived yet, oldest first, at most 100. @throws BillfoldError `webhook.unknown` */
  readonly waiting: (id: string, tenant?: string) => Promise<readonly WaitingDelivery[]>
  /** Makes all that waits due at once, what was given up too. @throws BillfoldError `webhook.unknown` */
  readonly retry: (id: string, tenant?: string) => Promise<void>
}

/** Most deliveries that a list has. */
const longestList = 100

/** The functions. */
export function inProcessWebhooks(
  services: Services,
  options: WebhookOptions,
  host: (tenant?: string) => Actor,
): Webhooks {
  const { storage } = services
  return {
    create: async ({ tenant: of, ...input }) => {
      if (!services.keepsEvents) throw new BillfoldError('webhook.events-off')
      return createEndpoint(services, options, host(of), input)
    },
    list: async (of) => {
      const where = { tenant: host(of).tenant }
      const rows = await storage.find(webhookEndpoints, { where, orderBy: [['id', 'asc']] })
      return Promise.all(rows.map((row) => shownEndpoint(services, row)))
    },
    rotateSecret: (id, of) => rotateEndpointSecret(services, host(of), id),
    disable: async (id, of) => {
      await findEndpoint(services, host(of).tenant, id)
      await disableEndpoint(services, host(of), id, 'asked')
    },
    enable: (id, of) => enableEndpoint(services, host(of), id),
    delete: (id, of) => deleteEndpoint(services, host(of), id),
    ping: (id, of) => ping(services, host(of).tenant, id),
    waiting: async (id, of) => {
      await findEndpoint(services, host(of).tenant, id)
      const where = { endpointId: id }
      const rows = await storage.find(eventDeliveries, { where, orderBy: [['createdAt', 'asc']], limit: longestList })
      return rows.map(({ eventId, type, createdAt, attempts, nextTryAt, failure }) => {
        const next = nextTryAt === parked ? undefined : (nextTryAt ?? undefined)
        return { eventId, type, createdAt, attempts, nextTryAt: next, failure: failure ?? undefined }
      })
    },
    retry: async (id, of) => {
      await findEndpoint(services, host(of).tenant, id)
      const now = services.now()
      await storage.commit(
        batch(
          update(webhookEndpoints, { where: { id }, set: { restUntil: 0 }, hits: 'any' }),
          update(eventDeliveries, { where: { endpointId: id }, set: { nextTryAt: now }, hits: 'any' }),
        ),
      )
    },
  }
}

async function ping(services: Services, tenant: string, id: string): Promise<{ readonly eventId: string }> {
  const { id: endpointId } = await findEndpoint(services, tenant, id)
  const [eventId, createdAt, type] = [newId(), services.now(), 'webhook.pinged'] as const
  const { version } = eventCatalogue[type]
  const timestamp = new Date(createdAt).toISOString()
  const body = JSON.stringify({ id: eventId, type, version, tenant, timestamp, data: { endpointId } })
  await services.storage.commit(batch(deliveryOf({ tenant, endpointId, eventId, type, body, createdAt })))
  return { eventId }
}
