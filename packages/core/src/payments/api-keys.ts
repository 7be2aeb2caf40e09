import { createHash } from 'node:crypto'
import { randomSecret } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import { insert, remove, type RowOf, type Write } from '../storage/index.ts'
import { users } from '../users/table.ts'
import type { Payments } from './settings.ts'
import { paymentApiKeys } from './tables.ts'

/** An api key as it is kept. */
export type ApiKeyRow = RowOf<typeof paymentApiKeys>

/** How many devices of one user have a key at once; the oldest makes room. */
const mostDevices = 20

/** Characters of an api key: 256 bits, base64url. */
export const apiKeyLength = 43

/** Which device of a user logs in. */
export interface Device {
  readonly imei: string
  readonly appid: string
}

/**
 * A new api key of 256 bits for a device, and the writes that make it and end the one that the device had. Inside a `decide`.
 */
export async function newApiKey(
  { services, settings }: Payments,
  tenant: string,
  userId: string,
  device: Device,
  encrypted: boolean,
): Promise<{ readonly apiKey: string; readonly writes: readonly Write[] }> {
  const apiKey = randomSecret(32)
  const createdAt = services.now()
  const name = await services.lookups.hash('payments:device', tenant, JSON.stringify([device.imei, device.appid]))
  const keys = await services.storage.find(paymentApiKeys, {
    where: { userId, device: { ne: name } },
    orderBy: [['createdAt', 'desc']],
  })
  const crowdedOut = keys.slice(mostDevices - 1).map(({ id }) => id)
  const row = { id: hashOf(apiKey), tenant, userId, device: name, encrypted, createdAt }
  return {
    apiKey,
    writes: [
      remove(paymentApiKeys, { where: { userId, device: name }, hits: 'any' }),
      ...(crowdedOut.length > 0 ? [remove(paymentApiKeys, { where: { id: { in: crowdedOut } }, hits: 'any' })] : []),
      insert(paymentApiKeys, { ...row, expiresAt: createdAt + settings.apiKeyMilliseconds }),
    ],
  }
}

/** The write that ends all keys of a user but one. */
export function endOtherKeys(userId: string, keptId: string): Write {
  return remove(paymentApiKeys, { where: { userId, id: { ne: keptId } }, hits: 'any' })
}

/**
 * The key that a caller brings. Of another tenant, expired, ended or of an archived user is all one.
 * @throws BillfoldError `caller.unauthenticated`
 */
export async function findApiKey(services: Services, tenant: string, apiKey: string): Promise<ApiKeyRow> {
  const id = hashOf(apiKey)
  const [row] = await services.storage.find(paymentApiKeys, { where: { id, tenant }, limit: 1 })
  if (row === undefined || row.expiresAt <= services.now()) throw new BillfoldError('caller.unauthenticated')
  const [user] = await services.storage.find(users, { where: { id: row.userId, archivedAt: null }, limit: 1 })
  if (user === undefined) throw new BillfoldError('caller.unauthenticated')
  return row
}

/** The write that removes the keys that have run out. */
export function removeExpiredApiKeys(now: number): Write {
  return remove(paymentApiKeys, { where: { expiresAt: { lte: now } }, hits: 'any' })
}

/** 256 random bits need no slow hash. */
function hashOf(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('base64url')
}
