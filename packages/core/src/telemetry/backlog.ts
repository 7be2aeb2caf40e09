import { eventDeliveries, events } from '../events/table.ts'
import { outbox } from '../outbox/index.ts'
import type { Services } from '../services.ts'
import type { TelemetryMeter } from './types.ts'

/** What waits in one table, looked at by row: the row that is so many after the oldest, and when it came. */
interface Queue {
  readonly name: string
  readonly cameAt: (offset: number) => Promise<number | undefined>
}

/** Waiting rows are counted up to here. */
const mostCounted = 10_000

/** Measures what waits to be delivered, and since when, whenever metrics are collected; a few reads of one row each. */
export function measureBacklog(meter: TelemetryMeter, services: Pick<Services, 'storage' | 'now' | 'logger'>): void {
  const { logger, now } = services
  const queues = queuesOf(services)
  const gauge = (name: string, description: string, unit: string, value: (queue: Queue) => Promise<number>): void =>
    meter.createObservableGauge(name, { description, unit }).addCallback(async (result) => {
      try {
        for (const queue of queues) result.observe(await value(queue), { 'billfold.queue': queue.name })
      } catch (cause) {
        logger.warn({ cause }, 'what waits to be delivered could not be measured')
      }
    })
  gauge('billfold.outbox.waiting', 'Messages, events and deliveries that wait, up to 10,000', '{item}', countOf)
  gauge('billfold.outbox.age', 'The age of the oldest message, event or delivery that waits', 's', async (queue) => {
    const oldest = await queue.cameAt(0)
    return oldest === undefined ? 0 : Math.max(0, now() - oldest) / 1000
  })
}

function queuesOf({ storage }: Pick<Services, 'storage'>): readonly Queue[] {
  return [
    {
      name: 'messages',
      cameAt: async (offset) => {
        const query = { where: { nextTryAt: { gte: 0 } }, limit: 1, offset }
        return (await storage.find(outbox, { ...query, orderBy: [['createdAt', 'asc']] }))[0]?.createdAt
      },
    },
    {
      name: 'events',
      cameAt: async (offset) => (await storage.find(events, { limit: 1, offset, orderBy: [['at', 'asc']] }))[0]?.at,
    },
    {
      name: 'deliveries',
      cameAt: async (offset) => {
        const query = { where: { nextTryAt: { gte: 0 } }, limit: 1, offset }
        return (await storage.find(eventDeliveries, { ...query, orderBy: [['createdAt', 'asc']] }))[0]?.createdAt
      },
    },
  ]
}

/** How many wait: a storage counts nothing, but it can say whether there is one more after so many. */
async function countOf({ cameAt }: Queue): Promise<number> {
  const isThere = async (offset: number): Promise<boolean> => (await cameAt(offset)) !== undefined
  let none = 1
  if (!(await isThere(0))) return 0
  while (none < mostCounted && (await isThere(none))) none = Math.min(none * 2, mostCounted)
  let some = Math.floor(none / 2)
  while (some + 1 < none) {
    const middle = Math.floor((some + none) / 2)
    if (await isThere(middle)) some = middle
    else none = middle
  }
  return none
}
