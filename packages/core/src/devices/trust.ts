import { type Actor, auditRecord } from '../audit/record.ts'
import { type Place, seal, unseal } from '../crypto/index.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { batch, check, insert, isCommitError, remove, type RowOf, type Write } from '../storage/index.ts'
import type { ProvenDevice } from './device-key.ts'
import { devices } from './table.ts'
import { sealedColumn } from '../keys/sealed-column.ts'

/** The row of a trusted device. */
export type TrustedRow = RowOf<typeof devices>

/** A device that a user trusts. */
export interface TrustedDevice {
  readonly id: string
  /** What the device calls itself. */
  readonly label: string
  readonly thumbprint: string
  /** Milliseconds since 1970. */
  readonly trustedAt: number
}

/** At most this many devices a user; the one trusted longest ago makes room. */
export const mostDevices = 20

/** The row of a device that a user trusts, or undefined. */
export async function findTrusted(
  services: Services,
  tenant: string,
  userId: string,
  device: ProvenDevice | undefined,
): Promise<TrustedRow | undefined> {
  if (device === undefined) return undefined
  const where = { tenant, userId, thumbprint: device.thumbprint }
  return (await services.storage.find(devices, { where, limit: 1 }))[0]
}

/** The row of a trusted device by its id, or undefined where the trust was revoked. */
export async function findTrustedById(
  { storage }: Services,
  tenant: string,
  id: string,
): Promise<TrustedRow | undefined> {
  return (await storage.find(devices, { where: { id, tenant }, limit: 1 }))[0]
}

/** The users who trust a device; two are enough to know that it names none. */
export async function usersTrusting(services: Services, tenant: string, device: ProvenDevice): Promise<string[]> {
  const where = { tenant, thumbprint: device.thumbprint }
  return (await services.storage.find(devices, { where, limit: 2 })).map(({ userId }) => userId)
}

/** For a commit that rests on a trusted device: it was not revoked since. */
export function stillTrusted({ id }: Pick<TrustedRow, 'id'>): Write {
  return check(devices, { where: { id } })
}

/** The writes that make a device trusted, for the commit of the step that shows who the user is; none where it is already. */
export async function trustWrites(
  services: Services,
  actor: Actor,
  userId: string,
  device: ProvenDevice,
  label: string,
): Promise<readonly Write[]> {
  const { tenant } = actor
  const all = await rowsOf(services, tenant, userId)
  if (all.some(({ thumbprint }) => thumbprint === device.thumbprint)) return []
  const [id, trustedAt] = [newId(), services.now()]
  const sealedLabel = await seal(services.keyring, new TextEncoder().encode(label), place({ tenant, id, userId }))
  const tooMany = all.slice(0, Math.max(0, all.length + 1 - mostDevices))
  return [
    ...tooMany.map((row) => remove(devices, { where: { id: row.id } })),
    insert(devices, { id, tenant, userId, thumbprint: device.thumbprint, sealedLabel, trustedAt }),
    auditRecord(actor, 'device.trusted', userId, trustedAt, { device: id }),
    ...tooMany.flatMap((row) => eventWrites(services, tenant, 'device.revoked', { userId, deviceId: row.id })),
    ...eventWrites(services, tenant, 'device.trusted', { userId, deviceId: id }),
  ]
}

/** The devices that a user trusts, longest first. */
export async function listDevices(
  services: Services,
  tenant: string,
  userId: string,
): Promise<readonly TrustedDevice[]> {
  const rows = await rowsOf(services, tenant, userId)
  return Promise.all(
    rows.map(async (row) => {
      const label = new TextDecoder().decode(await unseal(services.keyring, row.sealedLabel, place(row)))
      return { id: row.id, label, thumbprint: row.thumbprint, trustedAt: row.trustedAt }
    }),
  )
}

/** Ends the trust in a device at once. @throws BillfoldError `device.unknown` */
export async function revokeDevice(services: Services, actor: Actor, userId: string, id: string): Promise<void> {
  try {
    await services.storage.commit(
      batch(
        remove(devices, { where: { id, tenant: actor.tenant, userId } }),
        auditRecord(actor, 'device.revoked', userId, services.now(), { device: id }),
        ...eventWrites(services, actor.tenant, 'device.revoked', { userId, deviceId: id }),
      ),
    )
  } catch (cause) {
    if (isCommitError(cause)) throw new BillfoldError('device.unknown', { cause })
    throw cause
  }
}

function rowsOf(services: Services, tenant: string, userId: string): Promise<TrustedRow[]> {
  return services.storage.find(devices, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
}

/** Bound to the user too, so that a row moved to another does not open. */
function place({ tenant, id, userId }: Pick<TrustedRow, 'tenant' | 'id' | 'userId'>): Place {
  return { tenant, table: devices.name, row: id, field: `label of ${userId}` }
}

/** What the keyring seals here. */
export const sealedDevices = sealedColumn(devices, 'sealedLabel', place)
