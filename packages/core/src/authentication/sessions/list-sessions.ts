import type { Actor } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { batch, isCommitError } from '../../kernel/storage/index.ts'
import type { IdentityServices } from '../../identity/services.ts'
import { failSession } from './end-session.ts'
import { authenticationSessions } from './tables.ts'

/** An authentication session of a user, as a host lists it. Times are epoch milliseconds. */
export interface ListedSession {
  readonly id: string
  readonly purpose: string
  readonly state: string
  /** The one-word reason of a failure. */
  readonly failure: string | null
  readonly createdAt: number
  readonly expiresAt: number
}

const maxListed = 100

/** Lists the newest 100 authentication sessions of a user that have not been deleted yet. */
export async function listSessions(
  { storage }: IdentityServices,
  tenant: string,
  userId: string,
): Promise<readonly ListedSession[]> {
  const rows = await storage.find(authenticationSessions, {
    where: { tenant, userId },
    orderBy: [['id', 'desc']],
    limit: maxListed,
  })
  return rows.map(({ id, purpose, state, failure, createdAt, expiresAt }) => {
    return { id, purpose, state, failure, createdAt, expiresAt }
  })
}

/**
 * Ends a session that has not ended, as failed. Its client and its relying party read `revoked` as the reason.
 * @throws BillfoldError `session.not-found` for an unknown session, and for one that has ended
 */
export async function revokeSession(services: IdentityServices, actor: Actor, id: string): Promise<void> {
  const [session] = await services.storage.find(authenticationSessions, {
    where: { id, tenant: actor.tenant, endedAt: null },
    limit: 1,
  })
  if (session === undefined) throw new BillfoldError('session.not-found')
  try {
    await services.storage.commit(batch(...failSession(services, actor, session, 'revoked').writes))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('session.not-found', { cause: error })
    throw error
  }
}
