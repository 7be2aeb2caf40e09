import { type Actor, auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { eventWrites } from '../../platform/events/event-writes.ts'
import type { Services } from '../../platform/services.ts'
import { insert, update, type Write } from '../../kernel/storage/index.ts'
import { generateServiceKey, openServiceKeySecret, type ServiceKeyRow } from './service-keys.ts'
import { serviceKeyTable } from './table.ts'

/** A service key with its secret. */
export interface ServiceKeyWithSecret {
  readonly tag: string
  readonly keyId: string
  readonly keySecret: string
  readonly type: string
  readonly debug: boolean
}

/** A service key without its secret. `createdAt` is in epoch milliseconds. */
export interface ServiceKeyInfo extends Omit<ServiceKeyWithSecret, 'keySecret'> {
  readonly scopes: readonly string[]
  readonly createdAt: number
}

/** The maximum number of service keys in a list. */
const maxListed = 1_000

/** Lists the active service keys of a tenant with their secrets, oldest first. */
export async function listServiceKeys(services: Services, tenant: string): Promise<readonly ServiceKeyWithSecret[]> {
  const rows = await findActiveRows(services, tenant)
  return Promise.all(rows.map(async (row) => toServiceKey(row, await openServiceKeySecret(services, row))))
}

/** Lists the active service keys of a tenant without their secrets, oldest first. */
export async function listServiceKeyInfo(services: Services, tenant: string): Promise<readonly ServiceKeyInfo[]> {
  const rows = await findActiveRows(services, tenant)
  return rows.map(({ id, tag, type, debug, scopes, createdAt }) => {
    return { keyId: id, tag, type, debug, scopes: scopes.split(' '), createdAt }
  })
}

function findActiveRows(services: Services, tenant: string): Promise<ServiceKeyRow[]> {
  return services.storage.find(serviceKeyTable, {
    where: { tenant, revokedAt: null },
    orderBy: [['id', 'asc']],
    limit: maxListed,
  })
}

/**
 * Prepares the replacement of a service key: a successor with the same tag, type and scopes, and the writes that create it and revoke the
 * old key. If a precondition of the writes fails, the old key was revoked meanwhile.
 * @throws BillfoldError `service-key.not-found`
 */
export async function prepareServiceKeyReplacement(
  services: Services,
  actor: Actor,
  keyId: string,
): Promise<{ readonly key: ServiceKeyWithSecret; readonly writes: readonly Write[] }> {
  const { tenant } = actor
  const where = { id: keyId, tenant, revokedAt: null }
  const [old] = await services.storage.find(serviceKeyTable, { where, limit: 1 })
  if (old === undefined) throw new BillfoldError('service-key.not-found')
  const { tag, type, debug, scopes } = old
  const { row, keySecret } = await generateServiceKey(services, tenant, { tag, type, debug, scopes })
  return {
    key: toServiceKey(row, keySecret),
    writes: [
      update(serviceKeyTable, { where, set: { revokedAt: row.createdAt } }),
      insert(serviceKeyTable, row),
      auditWrite(actor, 'service-key.reset', keyId, row.createdAt, { successor: row.id }),
      ...eventWrites(services, tenant, 'service-key.reset', { keyId, successorId: row.id }),
    ],
  }
}

function toServiceKey({ id, tag, type, debug }: ServiceKeyRow, keySecret: string): ServiceKeyWithSecret {
  return { tag, keyId: id, keySecret, type, debug }
}
