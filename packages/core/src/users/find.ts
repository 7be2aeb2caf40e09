import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { UserRow } from './create.ts'
import { users } from './table.ts'

/** The users of a tenant that are not archived, newest first; `page` counts from 1. */
export function listUsers(
  services: Services,
  tenant: string,
  filter: { readonly reference?: string | undefined },
  page: { readonly page: number; readonly size: number },
): Promise<UserRow[]> {
  return services.storage.find(users, {
    where: { tenant, archivedAt: null, ...(filter.reference !== undefined && { reference: filter.reference }) },
    orderBy: [['id', 'desc']],
    limit: page.size,
    offset: (page.page - 1) * page.size,
  })
}

/** @throws BillfoldError `user.unknown` */
export async function findUser(services: Services, tenant: string, id: string): Promise<UserRow> {
  const [row] = await services.storage.find(users, { where: { id, tenant, archivedAt: null }, limit: 1 })
  if (row === undefined) throw new BillfoldError('user.unknown')
  return row
}
