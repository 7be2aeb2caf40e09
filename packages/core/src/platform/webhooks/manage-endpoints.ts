import { type Actor, auditWrite } from '../audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { EventDefinitions } from '../events/define-event.ts'
import type { EventType } from '../events/event.ts'
import { isEventTypeIn } from '../events/is-event.ts'
import { suspendedUntil } from '../events/options.ts'
import { eventDeliveries } from '../events/table.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../services.ts'
import { batch, tryCommit, retryOnConflict, insert, remove, update, type Write } from '../../kernel/storage/index.ts'
import { type WebhookEndpointRow, generateWebhookSecret, openEndpointField, sealEndpointField } from './endpoint.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'
import { webhookEndpoints } from './table.ts'
import { parseWebhookUrl } from './webhook-url.ts'

/** Input for a new webhook endpoint. */
export interface WebhookInput {
  /** An https URL with a public address, at most 2,048 characters. */
  readonly url: string
  /** The event types to subscribe to. Default: all. */
  readonly events?: readonly EventType[]
  /** A description for people, at most 256 characters. */
  readonly description?: string
}

/**
 * Creates an endpoint. The secret is returned only once.
 * @throws BillfoldError `webhook.url-not-allowed`, `webhook.limit-reached`, `input.invalid`
 */
export async function createEndpoint(
  services: Services,
  options: WebhookOptions,
  actor: Actor,
  { url, events, description = '' }: WebhookInput,
): Promise<{ readonly id: string; readonly secret: string }> {
  const { tenant } = actor
  assertEventTypes(services.eventCatalogue, events)
  if (description.length > 256) throw invalidInput('description', 'must be at most 256 characters')
  const { href } = await parseWebhookUrl(options, tenant, url)
  const where = { tenant }
  const all = await services.storage.find(webhookEndpoints, { where, limit: webhookLimits.maxEndpoints })
  if (all.length >= webhookLimits.maxEndpoints) throw new BillfoldError('webhook.limit-reached')
  const [id, secret, createdAt] = [newId(), generateWebhookSecret(), services.now()]
  const row: WebhookEndpointRow = {
    id,
    tenant,
    sealedUrl: await sealEndpointField(services, { id, tenant }, 'url', href),
    description: description === '' ? null : description,
    eventTypes: events?.join(' ') ?? null,
    sealedSecret: await sealEndpointField(services, { id, tenant }, 'secret', secret),
    sealedPreviousSecret: null,
    previousSecretExpiresAt: null,
    createdAt,
    disabledAt: null,
    disabledReason: null,
    failures: 0,
    failingSince: null,
    retryNotBefore: 0,
    version: 1,
  }
  await services.storage.commit(
    batch(insert(webhookEndpoints, row), auditWrite(actor, 'webhook.created', id, createdAt)),
  )
  return { id, secret }
}

/**
 * Returns an endpoint.
 * @throws BillfoldError `webhook.not-found`
 */
export async function getEndpoint({ storage }: Services, tenant: string, id: string): Promise<WebhookEndpointRow> {
  const [row] = await storage.find(webhookEndpoints, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('webhook.not-found')
  return row
}

/**
 * Replaces the secret of an endpoint. Requests are signed with the previous secret as well for 24 hours.
 * @throws BillfoldError `webhook.not-found`
 */
export function rotateEndpointSecret(
  services: Services,
  actor: Actor,
  id: string,
): Promise<{ readonly secret: string }> {
  return retryOnConflict(async () => {
    const row = await getEndpoint(services, actor.tenant, id)
    const [secret, now] = [generateWebhookSecret(), services.now()]
    const old = await openEndpointField(services, row, 'secret', row.sealedSecret)
    const set = {
      sealedSecret: await sealEndpointField(services, row, 'secret', secret),
      sealedPreviousSecret: await sealEndpointField(services, row, 'previousSecret', old),
      previousSecretExpiresAt: now + webhookLimits.previousSecretMs,
    }
    await services.storage.commit(
      batch(
        update(webhookEndpoints, { where: { id, version: row.version }, set, add: { version: 1 } }),
        auditWrite(actor, 'webhook.secret-rotated', id, now),
      ),
    )
    return { secret }
  })
}

/**
 * Enables an endpoint and makes its suspended deliveries due.
 * @throws BillfoldError `webhook.not-found`
 */
export async function enableEndpoint(services: Services, actor: Actor, id: string): Promise<void> {
  const healthy = { failures: 0, failingSince: null, retryNotBefore: 0, disabledAt: null, disabledReason: null }
  const write = update(webhookEndpoints, { where: { id, tenant: actor.tenant }, set: healthy, add: { version: 1 } })
  const now = services.now()
  const resume = {
    where: { endpointId: id, nextTryAt: suspendedUntil },
    set: { nextTryAt: now },
    expectedRows: 'any',
  } as const
  await commitOrNotFound(
    services,
    write,
    update(eventDeliveries, resume),
    auditWrite(actor, 'webhook.enabled', id, now),
  )
}

/**
 * Deletes an endpoint with its queued deliveries.
 * @throws BillfoldError `webhook.not-found`
 */
export async function deleteEndpoint(services: Services, actor: Actor, id: string): Promise<void> {
  await commitOrNotFound(
    services,
    remove(webhookEndpoints, { where: { id, tenant: actor.tenant } }),
    remove(eventDeliveries, { where: { endpointId: id }, expectedRows: 'any' }),
    auditWrite(actor, 'webhook.deleted', id, services.now()),
  )
}

async function commitOrNotFound(services: Services, ...writes: readonly Write[]): Promise<void> {
  if (!(await tryCommit(services, ...writes))) throw new BillfoldError('webhook.not-found')
}

function assertEventTypes(definitions: EventDefinitions, types: readonly string[] | undefined): void {
  if (types === undefined) return
  if (types.length === 0) throw invalidInput('events', 'must contain at least one event type')
  const unknown = types.find((type) => !isEventTypeIn(definitions, type))
  if (unknown !== undefined) throw invalidInput('events', `unknown event type: ${unknown.slice(0, 64)}`)
}

function invalidInput(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
