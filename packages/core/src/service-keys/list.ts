import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, update, type Write } from '../storage/index.ts'
import { newServiceKey, secretOf, type ServiceKeyRow } from './keys.ts'
import { serviceKeys } from './table.ts'

/** A service key with its secret. */
export interface ServiceKey {
  readonly tag: string
  readonly keyId: string
  readonly keySecret: string
  readonly type: string
  readonly debug: boolean
}

/** A service key without its secret. `createdAt` is in epoch milliseconds. */
export interface ServiceKeyInfo extends Omit<ServiceKey, 'keySecret'> {
  readonly scopes: readonly string[]
  readonly createdAt: number
}

/** The maximum number of service keys in a list. */
const maxListed = 1_000

/** Lists the active service keys of a tenant with their secrets, oldest first. */
export async function listServiceKeys(services: Services, tenant: string): Promise<readonly ServiceKey[]> {
  const rows = await findActiveRows(services, tenant)
  return Promise.all(rows.map(async (row) => toServiceKey(row, await secretOf(services, row))))
}

/** Lists the active service keys of a tenant without their secrets, oldest first. */
export async function describeServiceKeys(services: Services, tenant: string): Promise<readonly ServiceKeyInfo[]> {
  const rows = await findActiveRows(services, tenant)
  return rows.map(({ id, tag, type, debug, scopes, createdAt }) => {
    return { keyId: id, tag, type, debug, scopes: scopes.split(' '), createdAt }
  })
}

function findActiveRows(services: Services, tenant: string): Promise<ServiceKeyRow[]> {
  return services.storage.find(serviceKeys, {
    where: { tenant, revokedAt: null },
    orderBy: [['id', 'asc']],
    limit: maxListed,
  })
}

/**
 * Revokes a service key and creates a successor with the same tag, type and scopes, in one commit with the given
 * further writes.
 *
 * @param furtherWrites - returns writes that depend on the new key
 * @throws BillfoldError `service-key.not-found`
 */
export async function resetServiceKey(
  services: Services,
  actor: Actor,
  keyId: string,
  furtherWrites: (key: ServiceKey) => Promise<readonly Write[]>,
): Promise<ServiceKey> {
  const { tenant } = actor
  const where = { id: keyId, tenant, revokedAt: null }
  const [old] = await services.storage.find(serviceKeys, { where, limit: 1 })
  if (old === undefined) throw new BillfoldError('service-key.unknown')
  const { tag, type, debug, scopes } = old
  const { row, keySecret } = await newServiceKey(services, tenant, { tag, type, debug, scopes })
  const successor = toServiceKey(row, keySecret)
  try {
    await services.storage.commit(
      batch(
        update(serviceKeys, { where, set: { revokedAt: row.createdAt } }),
        insert(serviceKeys, row),
        auditRecord(actor, 'service-key.reset', keyId, row.createdAt, { successor: row.id }),
        ...(await furtherWrites(successor)),
        ...eventWrites(services, tenant, 'service-key.reset', { keyId, successorId: row.id }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('service-key.unknown', { cause: error })
    throw error
  }
  return successor
}

function toServiceKey({ id, tag, type, debug }: ServiceKeyRow, keySecret: string): ServiceKey {
  return { tag, keyId: id, keySecret, type, debug }
}
