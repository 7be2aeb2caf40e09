import { type EncryptionContext, open, seal } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { RowOf } from '../../kernel/storage/index.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'
import type { Services } from '../../platform/services.ts'
import { transactions } from '../transactions/tables.ts'
import { savedRequests } from './table.ts'

/** A row of the table `saved_requests`. */
export type SavedRequestRow = RowOf<typeof savedRequests>

/** What is asked for. */
export type SavedRequestKind = 'transaction' | 'signature'

/** The status of a saved request. */
export type SavedRequestStatus = 'SAVED' | 'READY' | 'SIGNED' | 'EXPIRED' | 'CANCELED'

/** The states in which a request waits, until it expires. */
export const openStates = ['SAVED', 'READY'] as const

/** Returns the status of a request at a time. */
export function toSavedStatus({ state, expiresAt }: SavedRequestRow, now: number): SavedRequestStatus {
  if (state === 'SIGNED' || state === 'CANCELED') return state
  if (expiresAt <= now) return 'EXPIRED'
  return state === 'READY' ? 'READY' : 'SAVED'
}

/**
 * Gets a request of a tenant.
 * @param userOrigins the origins of users whose requests are seen; absent for all
 * @throws BillfoldError `saved-request.not-found`; `saved-request.already-signed` if it has become a transaction
 */
export async function getSavedRequest(
  { storage }: Services,
  tenant: string,
  kind: SavedRequestKind,
  id: string,
  userOrigins?: readonly string[],
): Promise<SavedRequestRow> {
  const visible = { id, tenant, ...(userOrigins !== undefined && { userOrigin: { in: [...userOrigins] } }) }
  const [row] = await storage.find(savedRequests, { where: { ...visible, kind }, limit: 1 })
  if (row !== undefined) return row
  // A transaction has the id of the request that it used up.
  const [sent] = kind === 'transaction' ? await storage.find(transactions, { where: visible, limit: 1 }) : []
  throw new BillfoldError(sent === undefined ? 'saved-request.not-found' : 'saved-request.already-signed')
}

/**
 * Gets a request that has a status now.
 * @throws BillfoldError `saved-request.not-found`, `saved-request.already-confirmed`, `saved-request.already-signed`,
 *   `saved-request.not-confirmed`, `saved-request.canceled`, `saved-request.expired`
 */
export async function getRequestInStatus(
  services: Services,
  tenant: string,
  kind: SavedRequestKind,
  id: string,
  wanted: readonly SavedRequestStatus[],
  userOrigins?: readonly string[],
): Promise<SavedRequestRow> {
  const row = await getSavedRequest(services, tenant, kind, id, userOrigins)
  const status = toSavedStatus(row, services.now())
  if (!wanted.includes(status)) throw new BillfoldError(statusErrors[status])
  return row
}

const statusErrors = {
  SAVED: 'saved-request.not-confirmed',
  READY: 'saved-request.already-confirmed',
  SIGNED: 'saved-request.already-signed',
  CANCELED: 'saved-request.canceled',
  EXPIRED: 'saved-request.expired',
} as const

/** Seals what is asked for. */
export function sealRequest(
  { keyring }: Services,
  row: Pick<SavedRequestRow, 'id' | 'tenant'>,
  request: unknown,
): Promise<Uint8Array> {
  return seal(keyring, new TextEncoder().encode(JSON.stringify(request)), requestContext(row))
}

/** Opens what was asked for; undefined once the request is final. */
export async function openRequest({ keyring }: Services, row: SavedRequestRow): Promise<unknown> {
  if (row.sealedRequest === null) return undefined
  return JSON.parse(new TextDecoder().decode(await open(keyring, row.sealedRequest, requestContext(row))))
}

function requestContext({ id, tenant }: Pick<SavedRequestRow, 'id' | 'tenant'>): EncryptionContext {
  return { tenant, table: savedRequests.name, row: id, field: 'sealedRequest' }
}

/** The column of this table that is sealed under the keyring. */
export const sealedSavedRequests = sealedColumn(savedRequests, 'sealedRequest', requestContext)
