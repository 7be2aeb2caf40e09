import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import type { UserRow } from './create.ts'
import { users } from './table.ts'

/**
 * Lists the users of a tenant that are not archived, newest first.
 * @param page how many users are skipped, and how many are listed
 */
export function listUsers(
  services: Services,
  tenant: string,
  filter: {
    readonly id?: string | undefined
    readonly reference?: string | undefined
    readonly origin?: string | undefined
  },
  page: { readonly offset: number; readonly limit: number },
): Promise<UserRow[]> {
  return services.storage.find(users, {
    where: {
      tenant,
      archivedAt: null,
      ...(filter.id !== undefined && { id: filter.id }),
      ...(filter.reference !== undefined && { reference: filter.reference }),
      ...(filter.origin !== undefined && { origin: filter.origin }),
    },
    orderBy: [['id', 'desc']],
    limit: page.limit,
    offset: page.offset,
    mayBeStale: true,
  })
}

/** Returns a user that is not archived. @throws BillfoldError `user.not-found` */
export async function getUser(services: Services, tenant: string, id: string): Promise<UserRow> {
  const [row] = await services.storage.find(users, { where: { id, tenant, archivedAt: null }, limit: 1 })
  if (row === undefined) throw new BillfoldError('user.not-found')
  return row
}
