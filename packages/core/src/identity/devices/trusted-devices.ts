import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { type EncryptionContext, seal, open } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import { newId } from '../../kernel/ids.ts'
import type { Services } from '../../platform/services.ts'
import { batch, check, insert, isCommitError, remove, type RowOf, type Write } from '../../kernel/storage/index.ts'
import { securityNoticeWrites } from '../security-notices/security-notice.ts'
import type { VerifiedDevice } from './device-key.ts'
import { devices } from './table.ts'
import { sealedColumn } from '../../kernel/storage/sealed-column.ts'

/** A row of the devices table. */
export type TrustedDeviceRow = RowOf<typeof devices>

/** A device that a user trusts. */
export interface TrustedDevice {
  readonly id: string
  /** Label that the device sent; not verified. */
  readonly label: string
  /** RFC 7638 thumbprint of the device's public key: base64url, 43 characters. */
  readonly thumbprint: string
  /** Milliseconds since 1970. */
  readonly trustedAt: number
}

/** Maximum number of trusted devices of a user. Trusting one more revokes the oldest. */
export const maxDevices = 20

/** Finds a device that a user trusts. */
export async function findTrustedDevice(
  services: Services,
  tenant: string,
  userId: string,
  device: VerifiedDevice | undefined,
): Promise<TrustedDeviceRow | undefined> {
  if (device === undefined) return undefined
  const where = { tenant, userId, thumbprint: device.thumbprint }
  return (await services.storage.find(devices, { where, limit: 1 }))[0]
}

/** Returns true if a user trusts this device, or no device at all. */
export async function isKnownDevice(
  services: Services,
  tenant: string,
  userId: string,
  thumbprint: string | undefined,
): Promise<boolean> {
  const rows = await listRows(services, tenant, userId)
  return rows.length === 0 || rows.some((row) => row.thumbprint === thumbprint)
}

/** Finds a trusted device by id; undefined if the trust was revoked. */
export async function findTrustedDeviceById(
  { storage }: Services,
  tenant: string,
  id: string,
): Promise<TrustedDeviceRow | undefined> {
  return (await storage.find(devices, { where: { id, tenant }, limit: 1 }))[0]
}

/** Lists the ids of users who trust a device, at most two: a device that several users trust identifies none of them. */
export async function listUsersTrustingDevice(
  services: Services,
  tenant: string,
  device: VerifiedDevice,
): Promise<string[]> {
  const where = { tenant, thumbprint: device.thumbprint }
  return (await services.storage.find(devices, { where, limit: 2 })).map(({ userId }) => userId)
}

/** Precondition: the trust in a device was not revoked. */
export function deviceTrustStillValid({ id }: Pick<TrustedDeviceRow, 'id'>): Write {
  return check(devices, { where: { id } })
}

/**
 * Returns the writes that trust a device, for the commit of the step that authenticates the user. Empty if the device is
 * trusted already.
 * @param label label that the device sent
 */
export async function trustDeviceWrites(
  services: Services,
  actor: Actor,
  userId: string,
  device: VerifiedDevice,
  label: string,
): Promise<readonly Write[]> {
  const { tenant } = actor
  const all = await listRows(services, tenant, userId)
  if (all.some(({ thumbprint }) => thumbprint === device.thumbprint)) return []
  const [id, trustedAt] = [newId(), services.now()]
  const sealedLabel = await seal(
    services.keyring,
    new TextEncoder().encode(label),
    encryptionContext({ tenant, id, userId }),
  )
  const oldest = all.slice(0, Math.max(0, all.length + 1 - maxDevices))
  return [
    ...oldest.map((row) => remove(devices, { where: { id: row.id } })),
    insert(devices, { id, tenant, userId, thumbprint: device.thumbprint, sealedLabel, trustedAt }),
    auditWrite(actor, 'device.trusted', userId, trustedAt, { device: id }),
    ...oldest.flatMap((row) => eventWrites(services, tenant, 'device.revoked', { userId, deviceId: row.id })),
    ...eventWrites(services, tenant, 'device.trusted', { userId, deviceId: id }),
    ...(await noticeWrites(services, 'security.device-trusted', tenant, userId, id)),
  ]
}

/** Lists the devices that a user trusts, in the order in which they were trusted. */
export async function listDevices(
  services: Services,
  tenant: string,
  userId: string,
): Promise<readonly TrustedDevice[]> {
  const rows = await listRows(services, tenant, userId)
  return Promise.all(
    rows.map(async (row) => {
      const label = new TextDecoder().decode(await open(services.keyring, row.sealedLabel, encryptionContext(row)))
      return { id: row.id, label, thumbprint: row.thumbprint, trustedAt: row.trustedAt }
    }),
  )
}

/** Revokes the trust in a device, effective immediately. @throws BillfoldError `device.not-found` */
export async function revokeDevice(services: Services, actor: Actor, userId: string, id: string): Promise<void> {
  const { tenant } = actor
  const notice = await noticeWrites(services, 'security.device-revoked', tenant, userId, id)
  try {
    await services.storage.commit(
      batch(
        remove(devices, { where: { id, tenant, userId } }),
        auditWrite(actor, 'device.revoked', userId, services.now(), { device: id }),
        ...eventWrites(services, tenant, 'device.revoked', { userId, deviceId: id }),
        ...notice,
      ),
    )
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('device.not-found', { cause })
    throw cause
  }
}

function noticeWrites(
  services: Services,
  topic: 'security.device-trusted' | 'security.device-revoked',
  tenant: string,
  userId: string,
  deviceId: string,
): Promise<readonly Write[]> {
  return securityNoticeWrites(services, { tenant, topic, userId, detail: { deviceId } })
}

function listRows(services: Services, tenant: string, userId: string): Promise<TrustedDeviceRow[]> {
  return services.storage.find(devices, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
}

/** Includes the user id, so that a row moved to another user cannot be opened. */
function encryptionContext({
  tenant,
  id,
  userId,
}: Pick<TrustedDeviceRow, 'tenant' | 'id' | 'userId'>): EncryptionContext {
  return { tenant, table: devices.name, row: id, field: `label of ${userId}` }
}

/** The devices' column that is sealed with the keyring. */
export const sealedDevices = sealedColumn(devices, 'sealedLabel', encryptionContext)
