import { createHash, createHmac } from 'node:crypto'
import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import { auditWrite } from '../../platform/audit/audit-write.ts'
import { timingSafeEqual, randomSecret } from '../../kernel/crypto/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import {
  batch,
  check,
  insert,
  isCommitError,
  remove,
  deleteInBatches,
  type ReportRows,
} from '../../kernel/storage/index.ts'
import { users } from '../../identity/users/table.ts'
import { loginTickets } from './ticket-table.ts'

/** Lifetime of a ticket in milliseconds. */
export const ticketTtlMs = 60_000

/** Issues a ticket for a user: 43 characters, valid for 60 seconds and one login. */
export async function issueTicket(services: Services, tenant: string, userId: string): Promise<string> {
  const ticket = randomSecret()
  const expiresAt = services.now() + ticketTtlMs
  await services.storage.commit(batch(insert(loginTickets, { id: hash(ticket), tenant, userId, expiresAt })))
  return ticket
}

/**
 * Redeems a ticket. Of concurrent attempts, in any number of processes, one succeeds.
 * @returns the user id
 * @throws BillfoldError `login.failed`
 */
export async function redeemTicket(services: Services, tenant: string, ticket: string): Promise<string> {
  const now = services.now()
  const where = { id: hash(ticket), tenant, expiresAt: { gt: now } }
  const [row] = await services.storage.find(loginTickets, { where, limit: 1 })
  if (row === undefined) throw new BillfoldError('login.failed')
  const { userId } = row
  const userExists = check(users, { where: { id: userId, tenant, archivedAt: null } })
  const actor = { tenant, id: userId }
  const counted = await authorizeAct(services, () => ({ kind: 'login', actor, userId, content: 'ticket' }))
  const record = auditWrite(actor, 'user.logged-in', userId, now)
  try {
    await services.storage.commit(batch(remove(loginTickets, { where }), userExists, record, ...counted))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('login.failed', { cause: error })
    throw error
  }
  return userId
}

/**
 * Finds the user that a ticket logs in, without redeeming it.
 * @throws BillfoldError `login.failed`
 */
export async function findTicketUser(services: Services, tenant: string, ticket: string): Promise<string> {
  const where = { id: hash(ticket), tenant, expiresAt: { gt: services.now() } }
  const [row] = await services.storage.find(loginTickets, { where, limit: 1 })
  const active = row === undefined ? undefined : { id: row.userId, tenant, archivedAt: null }
  const [user] = active === undefined ? [] : await services.storage.find(users, { where: active, limit: 1 })
  if (user === undefined) throw new BillfoldError('login.failed')
  return user.id
}

/** Deletes expired tickets. */
export async function purgeExpiredTickets({ storage, now }: Services, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, loginTickets, { expiresAt: { lte: now() } }, report)
}

/** Computes the value that binds a ticket to a browser: HMAC-SHA256 of the ticket keyed with the cookie secret, base64url. */
export function computeTicketBinding(cookie: string, ticket: string): string {
  return createHmac('sha256', cookie).update(ticket).digest('base64url')
}

/** Returns true if the form with the ticket was served to the browser that sent the cookie. */
export function isTicketBound(cookie: string, ticket: string, binding: string): boolean {
  return timingSafeEqual(computeTicketBinding(cookie, ticket), binding)
}

function hash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url')
}
