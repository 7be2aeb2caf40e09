import { type Actor, auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { eventWrites } from '../events/write.ts'
import type { Services } from '../services.ts'
import { batch, insert, isCommitError, update, type Write } from '../storage/index.ts'
import { newServiceKey, secretOf, type ServiceKeyRow } from './keys.ts'
import { serviceKeys } from './table.ts'

/** A service key with its secret, for whoever may see that. */
export interface ServiceKey {
  readonly tag: string
  readonly keyId: string
  readonly keySecret: string
  readonly type: string
  readonly debug: boolean
}

/** What is known about a service key, but for its secret. `createdAt` is in milliseconds since 1970. */
export interface ServiceKeyInfo extends Omit<ServiceKey, 'keySecret'> {
  readonly scopes: readonly string[]
  readonly createdAt: number
}

/** The most service keys that a list has. */
const longestList = 1_000

/** The service keys of a tenant that were not ended, oldest first. */
export async function listServiceKeys(services: Services, tenant: string): Promise<readonly ServiceKey[]> {
  const rows = await liveRows(services, tenant)
  return Promise.all(rows.map(async (row) => present(row, await secretOf(services, row))))
}

/** The service keys of a tenant that were not ended, oldest first, without their secrets. */
export async function describeServiceKeys(services: Services, tenant: string): Promise<readonly ServiceKeyInfo[]> {
  const rows = await liveRows(services, tenant)
  return rows.map(({ id, tag, type, debug, scopes, createdAt }) => {
    return { keyId: id, tag, type, debug, scopes: scopes.split(' '), createdAt }
  })
}

function liveRows(services: Services, tenant: string): Promise<ServiceKeyRow[]> {
  return services.storage.find(serviceKeys, {
    where: { tenant, revokedAt: null },
    orderBy: [['id', 'asc']],
    limit: longestList,
  })
}

/**
 * Ends a service key and makes another with the same tag, type and scopes, in one commit with the further writes that belong to it.
 * @throws BillfoldError `service-key.unknown`
 */
export async function resetServiceKey(
  services: Services,
  actor: Actor,
  keyId: string,
  withIt: (made: ServiceKey) => Promise<readonly Write[]>,
): Promise<ServiceKey> {
  const { tenant } = actor
  const where = { id: keyId, tenant, revokedAt: null }
  const [old] = await services.storage.find(serviceKeys, { where, limit: 1 })
  if (old === undefined) throw new BillfoldError('service-key.unknown')
  const { tag, type, debug, scopes } = old
  const { row, keySecret } = await newServiceKey(services, tenant, { tag, type, debug, scopes })
  const made = present(row, keySecret)
  try {
    await services.storage.commit(
      batch(
        update(serviceKeys, { where, set: { revokedAt: row.createdAt } }),
        insert(serviceKeys, row),
        auditRecord(actor, 'service-key.reset', keyId, row.createdAt, { successor: row.id }),
        ...(await withIt(made)),
        ...eventWrites(services, tenant, 'service-key.reset', { keyId, successorId: row.id }),
      ),
    )
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('service-key.unknown', { cause: error })
    throw error
  }
  return made
}

function present({ id, tag, type, debug }: ServiceKeyRow, keySecret: string): ServiceKey {
  return { tag, keyId: id, keySecret, type, debug }
}
