import type { CustodyServices } from '../custody/services.ts'
import { type EventDelivery, createEventDelivery } from '../platform/events/deliver-events.ts'
import type { EventData, EventType } from '../platform/events/event.ts'
import type { EventOptions } from '../platform/events/options.ts'
import { eventWrites } from '../platform/events/event-writes.ts'
import { batch } from '../kernel/storage/index.ts'
import { createWebhooksApi, type WebhooksApi } from '../platform/webhooks/api.ts'
import type { WebhookOptions } from '../platform/webhooks/options.ts'
import { testServices } from './services.ts'

/** The webhooks of a host with a controllable clock. */
export interface WebhookHost {
  readonly services: CustodyServices
  readonly webhooks: WebhooksApi
  readonly deliver: EventDelivery['deliver']
  /** Creates the delivery of another process on the same storage. */
  readonly anotherProcess: () => EventDelivery
  /** Advances the clock. */
  readonly advance: (milliseconds: number) => void
  /** Commits an event. */
  readonly emit: <Type extends EventType>(type: Type, data: EventData<Type>, tenant?: string) => Promise<void>
}

/** Creates a host that by default allows HTTP endpoints at the loopback address. */
export function webhookHost(
  options: WebhookOptions = { allowHttp: true, allowPrivateAddresses: true },
  events: EventOptions = {},
  overrides: Partial<CustodyServices> = {},
): WebhookHost {
  let time = Date.now()
  const services: CustodyServices = { ...testServices(), now: () => time, ...overrides }
  const host = (tenant = 'default') => ({ tenant, id: 'host' })
  const anotherProcess = () => createEventDelivery(services, events, options)
  return {
    services,
    webhooks: createWebhooksApi(services, options, host),
    deliver: anotherProcess().deliver,
    anotherProcess,
    advance: (milliseconds) => {
      time += milliseconds
    },
    emit: async (type, data, tenant = 'default') => {
      await services.storage.commit(batch(...eventWrites(services, tenant, type, data)))
    },
  }
}
