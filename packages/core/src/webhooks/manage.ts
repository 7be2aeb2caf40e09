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

/** What the host says of a new endpoint. */
export interface WebhookInput {
  /** https, of a public address; at most 2,048 characters. */
  readonly url: string
  /** The kinds of events that it wants: all. */
  readonly events?: readonly EventType[]
  /** For people, at most 256 characters. */
  readonly description?: string
}

/**
 * Makes an endpoint; its secret is shown here only.
 * @throws BillfoldError `webhook.url-refused`, `webhook.too-many`, `input.invalid`
 */
export async function createEndpoint(
  services: Services,
  options: WebhookOptions,
  actor: Actor,
  { url, events, description = '' }: WebhookInput,
): Promise<{ readonly id: string; readonly secret: string }> {
  const { tenant } = actor
  assertTypes(events)
  if (description.length > 256) throw invalid('description', 'is at most 256 characters')
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

/** The endpoint with this id. @throws BillfoldError `webhook.unknown` */
export async function findEndpoint({ storage }: Services, tenant: string, id: string): Promise<EndpointRow> {
  const [row] = await storage.find(webhookEndpoints, { where: { id, tenant }, limit: 1 })
  if (row === undefined) throw new BillfoldError('webhook.unknown')
  return row
}

/**
 * Gives an endpoint a new secret, which is shown here only. Requests are signed with the one before as well for 24 hours.
 * @throws BillfoldError `webhook.unknown`
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

/** Sends to a disabled endpoint again, from now on; what waited for it comes too. @throws BillfoldError `webhook.unknown` */
export async function enableEndpoint(services: Services, actor: Actor, id: string): Promise<void> {
  const healthy = { failures: 0, failingSince: null, restUntil: 0, disabledAt: null, disabledBecause: null }
  const write = update(webhookEndpoints, { where: { id, tenant: actor.tenant }, set: healthy, add: { version: 1 } })
  const now = services.now()
  const waiting = { where: { endpointId: id, nextTryAt: parked }, set: { nextTryAt: now }, hits: 'any' } as const
  await known(services, write, update(eventDeliveries, waiting), auditRecord(actor, 'webhook.enabled', id, now))
}

/** Deletes an endpoint, and forgets what is on its way to it. @throws BillfoldError `webhook.unknown` */
export async function deleteEndpoint(services: Services, actor: Actor, id: string): Promise<void> {
  await known(
    services,
    remove(webhookEndpoints, { where: { id, tenant: actor.tenant } }),
    remove(eventDeliveries, { where: { endpointId: id }, hits: 'any' }),
    auditRecord(actor, 'webhook.deleted', id, services.now()),
  )
}

async function known(services: Services, ...writes: readonly Write[]): Promise<void> {
  if (!(await committed(services, ...writes))) throw new BillfoldError('webhook.unknown')
}

function assertTypes(types: readonly string[] | undefined): void {
  if (types === undefined) return
  if (types.length === 0) throw invalid('events', 'names no kind of event')
  const unknown = types.find((type) => !isEventType(type))
  if (unknown !== undefined) throw invalid('events', `There is no event ${unknown.slice(0, 64)}`)
}

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}
