import { type EventDelivery, eventDelivery } from '../events/deliver.ts'
import type { EventData, EventType } from '../events/event.ts'
import type { EventOptions } from '../events/options.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch } from '../storage/index.ts'
import { inProcessWebhooks, type Webhooks } from '../webhooks/in-process.ts'
import type { WebhookOptions } from '../webhooks/options.ts'
import { testServices } from './services.ts'

/** Webhooks of a host whose clock can be set. */
export interface WebhookHost {
  readonly services: Services
  readonly webhooks: Webhooks
  readonly deliver: EventDelivery['deliver']
  /** Another process over the same storage. */
  readonly another: () => EventDelivery
  readonly later: (milliseconds: number) => void
  /** Lets something happen. */
  readonly happens: <Type extends EventType>(type: Type, data: EventData<Type>, tenant?: string) => Promise<void>
}

/** Takes endpoints on the loopback address, unless told otherwise. */
export function webhookHost(
  options: WebhookOptions = { http: true, privateAddresses: true },
  events: EventOptions = {},
  given: Partial<Services> = {},
): WebhookHost {
  let time = Date.now()
  const services: Services = { ...testServices(), now: () => time, ...given }
  const host = (tenant = 'default') => ({ tenant, id: 'host' })
  const another = () => eventDelivery(services, events, options)
  return {
    services,
    webhooks: inProcessWebhooks(services, options, host),
    deliver: another().deliver,
    another,
    later: (milliseconds) => {
      time += milliseconds
    },
    happens: async (type, data, tenant = 'default') => {
      await services.storage.commit(batch(...eventWrites(services, tenant, type, data)))
    },
  }
}
