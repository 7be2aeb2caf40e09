import { type EventDelivery, eventDelivery } from '../events/deliver.ts'
import type { EventData, EventType } from '../events/event.ts'
import type { EventOptions } from '../events/options.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch } from '../storage/index.ts'
import { inProcessWebhooks, type Webhooks } from '../webhooks/in-process.ts'
import type { WebhookOptions } from '../webhooks/options.ts'
import { testServices } from './services.ts'

/** The webhooks of a host with a controllable clock. */
export interface WebhookHost {
  readonly services: Services
  readonly webhooks: Webhooks
  readonly deliver: EventDelivery['deliver']
  /** Creates the delivery of another process on the same storage. */
  readonly another: () => EventDelivery
  /** Advances the clock. */
  readonly later: (milliseconds: number) => void
  /** Commits an event. */
  readonly happens: <Type extends EventType>(type: Type, data: EventData<Type>, tenant?: string) => Promise<void>
}

/** Creates a host that by default allows HTTP endpoints at the loopback address. */
export function webhookHost(
  options: WebhookOptions = { http: true, privateAddresses: true },
  events: EventOptions = {},
  overrides: Partial<Services> = {},
): WebhookHost {
  let time = Date.now()
  const services: Services = { ...testServices(), now: () => time, ...overrides }
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
