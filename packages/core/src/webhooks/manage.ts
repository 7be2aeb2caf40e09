import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { type EventType, isEventType } from '../events/event.ts'
import { parked } from '../events/options.ts'
import { eventDeliveries } from '../events/table.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, committed, decide, insert, remove, update, type Write } from '../storage/index.ts'
import { type EndpointRow, newWebhookSecret, openField, sealField } from './endpoint.ts'
import { type WebhookOptions, webhookLimits } from './options.ts'
import { webhookEndpoints } from './table.ts'
import { webhookUrl } from './url.ts'

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
  assertEventTypes(events)
  if (description.length > 256) throw invalidInput('description', 'must be at most 256 characters')
  const { href } = await webhookUrl(options, tenant, url)
  const where = { tenant }
  const all = await services.storage.find(webhookEndpoints, { where, limit: webhookLimits.endpoints })
  if (all.length >= webhookLimits.endpoints) throw new BillfoldError('webhook.too-many')
  const [id, secret, createdAt] = [newId(), newWebhookSecret(), services.now()]
  const row: EndpointRow = {
    id,
    tenant,
    sealedUrl: await sealField(services, { id, tenant }, 'url', href),
    description: description === '' ? null : description,
    types: events?.join(' ') ?? null,
    sealedSecret: await sealField(services, { id, tenant }, 'secret', secret),
    sealedOldSecret: null,
    oldSecretUntil: null,
    createdAt,
    disabledAt: null,
    disabledBecause: null,
    failures: 0,
    failingSince: null,
    restUntil: 0,
    version: 1,
  }
  await services.storage.commit(
    batch(insert(webhookEndpoints, row), auditRecord(actor, 'webhook.created', id, createdAt)),
  )
  return { id, secret }
}

/**
 * Returns an endpoint.
 * @throws BillfoldError `webhook.not-found`
 */
export async function findEndpoint({ storage }: Services, tenant: string, id: string): Promise<EndpointRow> {
  const [row] = await storage.find(webhookEndpoints, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('webhook.unknown')
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
  return decide(async () => {
    const row = await findEndpoint(services, actor.tenant, id)
    const [secret, now] = [newWebhookSecret(), services.now()]
    const old = await openField(services, row, 'secret', row.sealedSecret)
    const set = {
      sealedSecret: await sealField(services, row, 'secret', secret),
      sealedOldSecret: await sealField(services, row, 'oldSecret', old),
      oldSecretUntil: now + webhookLimits.oldSecretTime,
    }
    await services.storage.commit(
      batch(
        update(webhookEndpoints, { where: { id, version: row.version }, set, add: { version: 1 } }),
        auditRecord(actor, 'webhook.secret-rotated', id, now),
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
  const healthy = { failures: 0, failingSince: null, restUntil: 0, disabledAt: null, disabledBecause: null }
  const write = update(webhookEndpoints, { where: { id, tenant: actor.tenant }, set: healthy, add: { version: 1 } })
  const now = services.now()
  const resume = { where: { endpointId: id, nextTryAt: parked }, set: { nextTryAt: now }, hits: 'any' } as const
  await commitOrNotFound(
    services,
    write,
    update(eventDeliveries, resume),
    auditRecord(actor, 'webhook.enabled', id, now),
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
    remove(eventDeliveries, { where: { endpointId: id }, hits: 'any' }),
    auditRecord(actor, 'webhook.deleted', id, services.now()),
  )
}

async function commitOrNotFound(services: Services, ...writes: readonly Write[]): Promise<void> {
  if (!(await committed(services, ...writes))) throw new BillfoldError('webhook.unknown')
}

function assertEventTypes(types: readonly string[] | undefined): void {
  if (types === undefined) return
  if (types.length === 0) throw invalidInput('events', 'must contain at least one event type')
  const unknown = types.find((type) => !isEventType(type))
  if (unknown !== undefined) throw invalidInput('events', `unknown event type: ${unknown.slice(0, 64)}`)
}

function invalidInput(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
