import type { Services } from '../../platform/services.ts'
import { openServiceKeySecret, type ServiceKeyRow } from './service-keys.ts'
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

/** Joins a row and its secret. */
export function toServiceKey({ id, tag, type, debug }: ServiceKeyRow, keySecret: string): ServiceKeyWithSecret {
  return { tag, keyId: id, keySecret, type, debug }
}
