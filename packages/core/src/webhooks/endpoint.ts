import { randomBytes } from 'node:crypto'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { isBillfoldError } from '../errors.ts'
import { type EventType, isEventType } from '../events/event.ts'
import { sealedColumn } from '../keys/sealed-column.ts'
import type { Services } from '../services.ts'
import type { RowOf } from '../storage/index.ts'
import { webhookEndpoints } from './table.ts'

/** An endpoint as it is kept. */
export type EndpointRow = RowOf<typeof webhookEndpoints>

/** An endpoint, without its secret. Times are in milliseconds since 1970. */
export interface WebhookEndpoint {
  readonly id: string
  /** Empty where it does not open: its key has left the keyring, or somebody has changed it. */
  readonly url: string
  readonly description: string | undefined
  /** Undefined for all. */
  readonly events: readonly EventType[] | undefined
  readonly createdAt: number
  /** Why and since when nothing is sent to it. */
  readonly disabled: { readonly at: number; readonly because: string } | undefined
  /** How many attempts in a row have failed, and since when. */
  readonly failures: number
  readonly failingSince: number | undefined
}

type Field = 'url' | 'secret' | 'oldSecret'
type Whose = Pick<EndpointRow, 'id' | 'tenant'>

/** What the keyring seals here. */
export const sealedEndpoints = [
  sealedColumn(webhookEndpoints, 'sealedUrl', (row) => placeOf(row, 'url')),
  sealedColumn(webhookEndpoints, 'sealedSecret', (row) => placeOf(row, 'secret')),
  sealedColumn(webhookEndpoints, 'sealedOldSecret', (row) => placeOf(row, 'oldSecret')),
]

/** A new secret, as the Standard Webhooks specification writes it: 32 random bytes. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** Seals a field of an endpoint. @throws BillfoldError of the keyring */
export function sealField({ keyring }: Services, whose: Whose, field: Field, text: string): Promise<Uint8Array> {
  return seal(keyring, new TextEncoder().encode(text), placeOf(whose, field))
}

/** Opens a field of an endpoint. @throws BillfoldError `sealed.invalid`, and those of the keyring */
export async function openField(
  { keyring }: Services,
  whose: Whose,
  field: Field,
  sealed: Uint8Array,
): Promise<string> {
  return new TextDecoder().decode(await unseal(keyring, sealed, placeOf(whose, field)))
}

/** The secrets that a request of this moment is signed with, newest first. */
export async function secretsOf(services: Services, row: EndpointRow): Promise<readonly string[]> {
  const secret = await openField(services, row, 'secret', row.sealedSecret)
  if (row.sealedOldSecret === null || (row.oldSecretUntil ?? 0) <= services.now()) return [secret]
  return [secret, await openField(services, row, 'oldSecret', row.sealedOldSecret)]
}

/** An endpoint for the host to see. */
export async function shownEndpoint(services: Services, row: EndpointRow): Promise<WebhookEndpoint> {
  const { id, createdAt, failures, disabledAt, disabledBecause } = row
  return {
    id,
    url: await shownUrl(services, row),
    description: row.description ?? undefined,
    events: row.types?.split(' ').filter(isEventType),
    createdAt,
    disabled: disabledAt === null ? undefined : { at: disabledAt, because: disabledBecause ?? '' },
    failures,
    failingSince: row.failingSince ?? undefined,
  }
}

/** One that does not open must not keep the host from seeing the others, and from deleting it. */
async function shownUrl(services: Services, row: EndpointRow): Promise<string> {
  try {
    return await openField(services, row, 'url', row.sealedUrl)
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid') || isBillfoldError(error, 'keyring.unknown-key')) return ''
    throw error
  }
}

/** Whether an endpoint wants events of a kind. */
export function wants({ types, disabledAt }: EndpointRow, type: string): boolean {
  return disabledAt === null && (types === null || types.split(' ').includes(type))
}

function placeOf({ id, tenant }: Whose, field: Field): Place {
  return { tenant, table: webhookEndpoints.name, row: id, field }
}
