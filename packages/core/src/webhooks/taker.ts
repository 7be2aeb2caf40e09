import type { Attempted, DeliveryRow, Taker } from '../events/attempt.ts'
import { pauseAfter } from '../outbox/attempts.ts'
import type { Services } from '../services.ts'
import { batch, update } from '../storage/index.ts'
import { disableEndpoint } from './disable.ts'
import type { EndpointRow } from './endpoint.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'
import { sendWebhook } from './send.ts'
import { webhookEndpoints } from './table.ts'

/** An endpoint as a taker of events; undefined for one that is disabled, or rests after failures. */
export function endpointTaker(services: Services, options: WebhookOptions, endpoint: EndpointRow): Taker | undefined {
  if (endpoint.disabledAt !== null || endpoint.restUntil > services.now()) return undefined
  let { failures, failingSince } = endpoint
  const attempt = async (delivery: DeliveryRow): Promise<Attempted> => {
    const outcome = await sendWebhook(services, options, endpoint, delivery)
    if (outcome.arrived) {
      if (failures > 0) await keepHealth(services, endpoint, { failures: 0, failingSince: null, restUntil: 0 })
      failures = 0
      failingSince = null
      return outcome
    }
    failures++
    failingSince ??= services.now()
    await keepHealth(services, endpoint, { failures, failingSince, restUntil: restAfter(services, failures) })
    const { id, tenant } = endpoint
    services.logger.warn(
      { endpoint: id, event: delivery.eventId, failure: outcome.failure },
      'a webhook could not be delivered',
    )
    const actor = { tenant, id: 'maintenance' }
    if (outcome.isGone === true) await disableEndpoint(services, actor, id, 'gone')
    else if (isHopeless(services, failures, failingSince)) await disableEndpoint(services, actor, id, 'failing')
    return outcome
  }
  return { id: endpoint.id, attempt }
}

function restAfter({ now }: Services, failures: number): number {
  const over = failures - webhookLimits.failuresBeforeRest
  return over < 0 ? 0 : now() + pauseAfter(over + 1, webhookLimits.rests)
}

function isHopeless({ now }: Services, failures: number, since: number): boolean {
  return failures >= webhookLimits.failures && now() - since >= webhookLimits.failingTime
}

/** Processes that send at the same moment count a little apart, which does no harm. */
async function keepHealth(
  { storage }: Services,
  { id }: EndpointRow,
  set: Pick<EndpointRow, 'failures' | 'failingSince' | 'restUntil'>,
): Promise<void> {
  await storage.commit(batch(update(webhookEndpoints, { where: { id }, set, hits: 'any' })))
}
