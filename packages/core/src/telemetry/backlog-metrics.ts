import { eventDeliveries, events } from '../platform/events/table.ts'
import { outbox } from '../platform/outbox/index.ts'
import type { Storage } from '../kernel/storage/index.ts'
import type { Services } from '../platform/services.ts'
import type { TelemetryMeter } from './types.ts'

/** A backlog that can be read by offset: `createdAt` returns the time of the nth oldest row. */
interface Backlog {
  readonly name: string
  readonly createdAt: (offset: number) => Promise<number | undefined>
}

/** Dependencies of the backlog metrics. */
export interface BacklogServices extends Pick<Services, 'now' | 'logger'> {
  readonly storage: Storage
}

/** The maximum that is counted. */
const maxCounted = 10_000

/** Registers gauges for the size and age of the delivery backlog. Each collection costs a few reads of one row. */
export function registerBacklogMetrics(meter: TelemetryMeter, services: BacklogServices): void {
  const { logger, now } = services
  const queues = backlogs(services)
  const gauge = (name: string, description: string, unit: string, value: (queue: Backlog) => Promise<number>): void =>
    meter.createObservableGauge(name, { description, unit }).addCallback(async (result) => {
      try {
        for (const queue of queues) result.observe(await value(queue), { 'billfold.queue': queue.name })
      } catch (cause) {
        logger.warn({ cause }, 'delivery backlog measurement failed')
      }
    })
  gauge('billfold.backlog.size', 'Pending messages, events and deliveries, up to 10,000', '{item}', countBacklog)
  gauge('billfold.backlog.age', 'Age of the oldest pending message, event or delivery', 's', async (queue) => {
    const oldest = await queue.createdAt(0)
    return oldest === undefined ? 0 : Math.max(0, now() - oldest) / 1000
  })
}

function backlogs({ storage }: Pick<BacklogServices, 'storage'>): readonly Backlog[] {
  return [
    {
      name: 'messages',
      createdAt: async (offset) => {
        const query = { where: { nextTryAt: { gte: 0 } }, limit: 1, offset }
        return (await storage.find(outbox, { ...query, orderBy: [['createdAt', 'asc']] }))[0]?.createdAt
      },
    },
    {
      name: 'events',
      createdAt: async (offset) => (await storage.find(events, { limit: 1, offset, orderBy: [['at', 'asc']] }))[0]?.at,
    },
    {
      name: 'deliveries',
      createdAt: async (offset) => {
        const query = { where: { nextTryAt: { gte: 0 } }, limit: 1, offset }
        return (await storage.find(eventDeliveries, { ...query, orderBy: [['createdAt', 'asc']] }))[0]?.createdAt
      },
    },
  ]
}

/** Counts a backlog by exponential and binary search, because a storage cannot count rows. */
async function countBacklog({ createdAt }: Backlog): Promise<number> {
  const exists = async (offset: number): Promise<boolean> => (await createdAt(offset)) !== undefined
  let none = 1
  if (!(await exists(0))) return 0
  while (none < maxCounted && (await exists(none))) none = Math.min(none * 2, maxCounted)
  let some = Math.floor(none / 2)
  while (some + 1 < none) {
    const middle = Math.floor((some + none) / 2)
    if (await exists(middle)) some = middle
    else none = middle
  }
  return none
}
