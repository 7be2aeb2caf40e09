import { randomBytes } from 'node:crypto'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { EventType } from '../events/event.ts'
import { isEventTypeIn } from '../events/is-event.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'
import type { Services } from '../services.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import { webhookEndpoints } from './table.ts'

/** A webhook endpoint row. */
export type WebhookEndpointRow = RowOf<typeof webhookEndpoints>

/** A webhook endpoint without its secret. Times are epoch milliseconds. */
export interface WebhookEndpoint {
  readonly id: string
  /** Empty if it cannot be decrypted: its key is no longer in the keyring, or the row was tampered with. */
  readonly url: string
  readonly description: string | undefined
  /** The event types that the endpoint subscribes to. Undefined for all. */
  readonly events: readonly EventType[] | undefined
  readonly createdAt: number
  /** When and why the endpoint was disabled. */
  readonly disabled: { readonly at: number; readonly reason: string } | undefined
  /** The number of consecutive failed attempts. */
  readonly failures: number
  readonly failingSince: number | undefined
}

type Field = 'url' | 'secret' | 'previousSecret'
type EndpointKey = Pick<WebhookEndpointRow, 'id' | 'tenant'>

export const sealedEndpoints = [
  sealedColumn(webhookEndpoints, 'sealedUrl', (row) => encryptionContext(row, 'url')),
  sealedColumn(webhookEndpoints, 'sealedSecret', (row) => encryptionContext(row, 'secret')),
  sealedColumn(webhookEndpoints, 'sealedPreviousSecret', (row) => encryptionContext(row, 'previousSecret')),
]

/** Generates an endpoint secret in the format of the Standard Webhooks specification: 32 random bytes. */
export function generateWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/**
 * Seals a field of an endpoint.
 * @throws BillfoldError the errors of the keyring
 */
export function sealEndpointField(
  { keyring }: Services,
  key: EndpointKey,
  field: Field,
  text: string,
): Promise<Uint8Array> {
  return seal(keyring, new TextEncoder().encode(text), encryptionContext(key, field))
}

/**
 * Opens a sealed field of an endpoint.
 * @throws BillfoldError `sealed.invalid`, and the errors of the keyring
 */
export async function openEndpointField(
  { keyring }: Services,
  key: EndpointKey,
  field: Field,
  sealed: Uint8Array,
): Promise<string> {
  return new TextDecoder().decode(await open(keyring, sealed, encryptionContext(key, field)))
}

/** Returns the secrets that requests are signed with now, newest first. */
export async function getSigningSecrets(services: Services, row: WebhookEndpointRow): Promise<readonly string[]> {
  const secret = await openEndpointField(services, row, 'secret', row.sealedSecret)
  if (row.sealedPreviousSecret === null || (row.previousSecretExpiresAt ?? 0) <= services.now()) return [secret]
  return [secret, await openEndpointField(services, row, 'previousSecret', row.sealedPreviousSecret)]
}

/** Converts a row to the public representation. */
export async function toPublicEndpoint(services: Services, row: WebhookEndpointRow): Promise<WebhookEndpoint> {
  const { id, createdAt, failures, disabledAt, disabledReason } = row
  return {
    id,
    url: await openUrlOrEmpty(services, row),
    description: row.description ?? undefined,
    events: row.eventTypes?.split(' ').filter((type) => isEventTypeIn(services.eventCatalogue, type)),
    createdAt,
    disabled: disabledAt === null ? undefined : { at: disabledAt, reason: disabledReason ?? '' },
    failures,
    failingSince: row.failingSince ?? undefined,
  }
}

/** A URL that cannot be decrypted must not prevent listing the other endpoints or deleting this one. */
async function openUrlOrEmpty(services: Services, row: WebhookEndpointRow): Promise<string> {
  try {
    return await openEndpointField(services, row, 'url', row.sealedUrl)
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid') || isBillfoldError(error, 'keyring.unknown-key')) return ''
    throw error
  }
}

/** Returns true if the endpoint is enabled and subscribes to the event type. */
export function isSubscribedTo({ eventTypes, disabledAt }: WebhookEndpointRow, type: string): boolean {
  return disabledAt === null && (eventTypes === null || eventTypes.split(' ').includes(type))
}

function encryptionContext({ id, tenant }: EndpointKey, field: Field): EncryptionContext {
  return { tenant, table: webhookEndpoints.name, row: id, field }
}
