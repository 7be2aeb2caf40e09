import { createHash } from 'node:crypto'
import { randomSecret } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import {
  insert,
  remove,
  type RowOf,
  type Write,
  deleteInBatches,
  type ReportRows,
  type Storage,
} from '../../kernel/storage/index.ts'
import { users } from '../../identity/users/table.ts'
import type { PaymentsContext } from '../settings.ts'
import { paymentApiKeys } from '../tables.ts'

/** A row of `payment_api_keys`. */
export type PaymentApiKeyRow = RowOf<typeof paymentApiKeys>

/** Maximum number of devices with a key per user. A further login deletes the oldest keys. */
const maxDevices = 20

/** Length of an API key in characters: 256 bits, base64url. */
export const apiKeyLength = 43

/** The device that a user logs in on. Each device of a user has at most one key. */
export interface LoginDevice {
  readonly imei: string
  readonly appid: string
}

/**
 * Creates an API key of 256 bits for a device, replacing the previous key of that device. Call it inside
 * `retryOnConflict`.
 * @returns the key, whether the device had none, and the writes that store the key; only its SHA-256 hash is stored
 */
export async function createApiKeyWrites(
  { services, settings }: PaymentsContext,
  tenant: string,
  userId: string,
  device: LoginDevice,
  encryptionRequired: boolean,
): Promise<{ readonly apiKey: string; readonly isNewDevice: boolean; readonly writes: readonly Write[] }> {
  const apiKey = randomSecret(32)
  const createdAt = services.now()
  const deviceIndex = await computeDeviceIndex(services, tenant, device)
  const all = await services.storage.find(paymentApiKeys, { where: { userId }, orderBy: [['createdAt', 'desc']] })
  const keys = all.filter((key) => key.deviceIndex !== deviceIndex)
  const excessIds = keys.slice(maxDevices - 1).map(({ id }) => id)
  const row: PaymentApiKeyRow = {
    id: hashApiKey(apiKey),
    tenant,
    userId,
    deviceIndex: deviceIndex,
    encryptionRequired,
    createdAt,
    expiresAt: createdAt + settings.apiKeyTtlMs,
  }
  return {
    apiKey,
    isNewDevice: keys.length === all.length,
    writes: [
      remove(paymentApiKeys, { where: { userId, deviceIndex: deviceIndex }, expectedRows: 'any' }),
      ...(excessIds.length > 0
        ? [remove(paymentApiKeys, { where: { id: { in: excessIds } }, expectedRows: 'any' })]
        : []),
      insert(paymentApiKeys, row),
    ],
  }
}

/** The blind index of a device. */
export function computeDeviceIndex(services: Services, tenant: string, { imei, appid }: LoginDevice): Promise<string> {
  return services.blindIndex.hash('payments:device', tenant, JSON.stringify([imei, appid]))
}

/** The write that deletes all keys of a user except one. */
export function deleteOtherApiKeys(userId: string, exceptId: string): Write {
  return remove(paymentApiKeys, { where: { userId, id: { ne: exceptId } }, expectedRows: 'any' })
}

/**
 * Finds the row of a presented API key. An unknown, expired or revoked key, a key of another tenant and a key of an
 * archived user give the same error.
 * @param alongside is called with the id of the user of an existing key, while the user is read: reads that it starts share the
 *   round trip. What they find must not be disclosed unless the key is authenticated
 * @throws BillfoldError `caller.unauthenticated`
 */
export async function authenticateApiKey(
  services: Services,
  tenant: string,
  apiKey: string,
  alongside: (userId: string) => void = () => {},
): Promise<PaymentApiKeyRow> {
  const row = await findLiveApiKey(services, tenant, apiKey)
  if (row === undefined) throw new BillfoldError('caller.unauthenticated')
  const reading = services.storage.find(users, { where: { id: row.userId, archivedAt: null }, limit: 1 })
  alongside(row.userId)
  if ((await reading).length === 0) throw new BillfoldError('caller.unauthenticated')
  return row
}

/** Finds the row of an API key that is neither revoked nor expired. Its user may be archived. */
export async function findLiveApiKey(
  services: Services,
  tenant: string,
  apiKey: string,
): Promise<PaymentApiKeyRow | undefined> {
  const where = { id: hashApiKey(apiKey), tenant, expiresAt: { gt: services.now() } }
  return (await services.storage.find(paymentApiKeys, { where, limit: 1 }))[0]
}

/** The write that deletes expired keys. `now` is in milliseconds since 1970. */
export async function purgeExpiredApiKeys(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, paymentApiKeys, { expiresAt: { lte: now } }, report)
}

/** A plain hash is enough: the key has 256 random bits, so there is nothing to brute-force. */
function hashApiKey(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('base64url')
}
