import type { DeliveryResult, DeliveryRow, Subscriber } from '../events/subscriber.ts'
import { backoffDelay } from '../../kernel/concurrency/async.ts'
import type { Services } from '../services.ts'
import { batch, update } from '../../kernel/storage/index.ts'
import { disableEndpoint } from './disable-endpoint.ts'
import type { WebhookEndpointRow } from './endpoint.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'
import { sendWebhook } from './send-webhook.ts'
import { webhookEndpoints } from './table.ts'

/** Creates the subscriber for an endpoint. Returns undefined if it is disabled or paused after failures. */
export function createEndpointSubscriber(
  services: Services,
  options: WebhookOptions,
  endpoint: WebhookEndpointRow,
): Subscriber | undefined {
  if (endpoint.disabledAt !== null || endpoint.retryNotBefore > services.now()) return undefined
  let { failures, failingSince } = endpoint
  const attempt = async (delivery: DeliveryRow): Promise<DeliveryResult> => {
    const result = await sendWebhook(services, options, endpoint, delivery)
    if (result.delivered) {
      if (failures > 0) await saveHealth(services, endpoint, { failures: 0, failingSince: null, retryNotBefore: 0 })
      failures = 0
      failingSince = null
      return result
    }
    failures++
    failingSince ??= services.now()
    await saveHealth(services, endpoint, { failures, failingSince, retryNotBefore: pausedUntil(services, failures) })
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
  const excess = failures - webhookLimits.failuresBeforeBackoff
  return excess < 0 ? 0 : now() + backoffDelay(excess + 1, webhookLimits.backoff)
}

function shouldDisable({ now }: Services, failures: number, since: number): boolean {
  return failures >= webhookLimits.disableAfterFailures && now() - since >= webhookLimits.disableAfterMs
}

/** Concurrent processes may overwrite each other's count, which is harmless. */
async function saveHealth(
  { storage }: Services,
  { id }: WebhookEndpointRow,
  set: Pick<WebhookEndpointRow, 'failures' | 'failingSince' | 'retryNotBefore'>,
): Promise<void> {
  await storage.commit(batch(update(webhookEndpoints, { where: { id }, set, expectedRows: 'any' })))
}
