import type { Attempted, DeliveryRow, Taker } from '../events/attempt.ts'
import { pauseAfter } from '../outbox/attempts.ts'
import type { Services } from '../services.ts'
import { batch, update } from '../storage/index.ts'
import { disableEndpoint } from './disable.ts'
import type { EndpointRow } from './endpoint.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'
import { sendWebhook } from './send.ts'
import { webhookEndpoints } from './table.ts'

/** Creates the subscriber for an endpoint. Returns undefined if it is disabled or paused after failures. */
export function endpointTaker(services: Services, options: WebhookOptions, endpoint: EndpointRow): Taker | undefined {
  if (endpoint.disabledAt !== null || endpoint.restUntil > services.now()) return undefined
  let { failures, failingSince } = endpoint
  const attempt = async (delivery: DeliveryRow): Promise<Attempted> => {
    const result = await sendWebhook(services, options, endpoint, delivery)
    if (result.arrived) {
      if (failures > 0) await saveHealth(services, endpoint, { failures: 0, failingSince: null, restUntil: 0 })
      failures = 0
      failingSince = null
      return result
    }
    failures++
    failingSince ??= services.now()
    await saveHealth(services, endpoint, { failures, failingSince, restUntil: pausedUntil(services, failures) })
    const { id, tenant } = endpoint
    services.logger.warn({ endpoint: id, event: delivery.eventId, failure: result.failure }, 'webhook delivery failed')
    const actor = { tenant, id: 'maintenance' }
    if (result.isGone === true) await disableEndpoint(services, actor, id, 'gone')
    else if (shouldDisable(services, failures, failingSince)) await disableEndpoint(services, actor, id, 'failing')
    return result
  }
  return { id: endpoint.id, attempt }
}

function pausedUntil({ now }: Services, failures: number): number {
  const excess = failures - webhookLimits.failuresBeforeRest
  return excess < 0 ? 0 : now() + pauseAfter(excess + 1, webhookLimits.rests)
}

function shouldDisable({ now }: Services, failures: number, since: number): boolean {
  return failures >= webhookLimits.failures && now() - since >= webhookLimits.failingTime
}

/** Concurrent processes may overwrite each other's count, which is harmless. */
async function saveHealth(
  { storage }: Services,
  { id }: EndpointRow,
  set: Pick<EndpointRow, 'failures' | 'failingSince' | 'restUntil'>,
): Promise<void> {
  await storage.commit(batch(update(webhookEndpoints, { where: { id }, set, hits: 'any' })))
}
