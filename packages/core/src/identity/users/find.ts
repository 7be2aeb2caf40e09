import { BillfoldError } from '../../kernel/errors.ts'
import { type RowOf, selectColumns, type Where } from '../../kernel/storage/index.ts'
import type { Services } from '../../platform/services.ts'
import type { UserRow } from './create.ts'
import { users } from './table.ts'

/** Criteria for listing users. Absent fields do not filter. */
export interface UserFilter {
  readonly id?: string | undefined
  readonly reference?: string | undefined
  readonly origin?: string | undefined
}

/** How many users are skipped, and how many are listed. */
interface UserPage {
  readonly offset: number
  readonly limit: number
}

const filteredUsers = selectColumns(users, ({ id, tenant, reference, origin, archivedAt }) => {
  return { id, tenant, reference, origin, archivedAt }
})

/** Lists the users of a tenant that are not archived, newest first. */
export function listUsers(services: Services, tenant: string, filter: UserFilter, page: UserPage): Promise<UserRow[]> {
  const where = toWhere(tenant, filter)
  return services.storage.find<typeof users>(users, { where, orderBy: [['id', 'desc']], ...page, mayBeStale: true })
}

/** Counts the users of a page of {@link listUsers}, without reading all of each. */
export async function countUsers(
  services: Services,
  tenant: string,
  filter: UserFilter,
  page: UserPage,
): Promise<number> {
  const where = toWhere(tenant, filter)
  const query = { where, orderBy: [['id', 'desc']], ...page, mayBeStale: true } as const
  return (await services.storage.find(filteredUsers, query)).length
}

function toWhere(tenant: string, { id, reference, origin }: UserFilter): Where<RowOf<typeof filteredUsers>> {
  return {
    tenant,
    archivedAt: null,
    ...(id !== undefined && { id }),
    ...(reference !== undefined && { reference }),
    ...(origin !== undefined && { origin }),
  }
}

/** Returns a user that is not archived. @throws BillfoldError `user.not-found` */
export async function getUser(services: Services, tenant: string, id: string): Promise<UserRow> {
  const [row] = await services.storage.find(users, { where: { id, tenant, archivedAt: null }, limit: 1 })
  if (row === undefined) throw new BillfoldError('user.not-found')
  return row
}
