import type { Services } from '../../platform/services.ts'
import { signingMethods } from '../signing-methods/tables.ts'
import type { Where } from '../../kernel/storage/index.ts'
import type { UserRow } from './create.ts'
import { getUser } from './find.ts'
import { users } from './table.ts'

/** A user, as a host lists it. Times are epoch milliseconds. */
export interface ListedUser {
  readonly id: string
  readonly reference: string | null
  /** What created the user: `custody`, `wallet`, `registration`, or a module. */
  readonly origin: string
  readonly createdAt: number
  /** When the user was deleted or erased. */
  readonly archivedAt: number | null
}

/** The page of a list of users. */
export interface UserPage {
  /** Exact match. */
  readonly reference?: string
  /** The users with these ids only, at most 200. */
  readonly ids?: readonly string[]
  /** The id of the last user of the page before. */
  readonly after?: string
  /** 1 to 200. Default: 50. */
  readonly limit?: number
}

/** A signing method of a user, without anything that opens it. Times are epoch milliseconds. */
export interface ListedMethod {
  readonly id: string
  readonly type: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly incorrectAttempts: number
  readonly remainingAttempts: number
  /** The end of the latest temporary lock, past or future. */
  readonly lockedUntil: number | null
}

const [defaultLimit, maxLimit] = [50, 200]

/** Lists the users of a tenant, newest first. */
export async function listUsers(
  { storage }: Services,
  tenant: string,
  { reference, ids, after, limit = defaultLimit }: UserPage = {},
): Promise<readonly ListedUser[]> {
  const rows = await storage.find(users, {
    where: { tenant, ...(reference !== undefined && { reference }), ...toIdCondition(ids, after) },
    orderBy: [['id', 'desc']],
    limit: Math.min(Math.max(1, Math.trunc(limit)), maxLimit),
  })
  return rows.map(({ id, reference: name, origin, createdAt, archivedAt }) => {
    return { id, reference: name, origin, createdAt, archivedAt }
  })
}

function toIdCondition(ids: readonly string[] | undefined, after: string | undefined): Where<UserRow> {
  const condition = {
    ...(ids !== undefined && { in: ids.slice(0, maxLimit) }),
    ...(after !== undefined && { lt: after }),
  }
  return Object.keys(condition).length === 0 ? {} : { id: condition }
}

/**
 * Lists the signing methods of a user, oldest first.
 * @throws BillfoldError `user.not-found` for an unknown or archived user
 */
export async function listUserMethods(
  services: Services,
  tenant: string,
  userId: string,
): Promise<readonly ListedMethod[]> {
  await getUser(services, tenant, userId)
  const where = { tenant, ownerId: userId, ownerKind: 'user' }
  const rows = await services.storage.find(signingMethods, { where, orderBy: [['id', 'asc']], limit: maxLimit })
  return rows.map((row) => {
    const { id, type, createdAt, lastUsedAt, incorrectAttempts, remainingAttempts, lockedUntil } = row
    return { id, type, createdAt, lastUsedAt, incorrectAttempts, remainingAttempts, lockedUntil }
  })
}
