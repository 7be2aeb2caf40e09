import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import { outboxWrite } from '../../../platform/outbox/index.ts'
import type { Services } from '../../../platform/services.ts'
import { randomCode, timingSafeEqual } from '../../../kernel/crypto/index.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { newId } from '../../../kernel/ids.ts'
import {
  batch,
  insert,
  isCommitError,
  remove,
  retryOnConflict,
  type RowOf,
  update,
  type Write,
  deleteInBatches,
  type ReportRows,
  type Storage,
} from '../../../kernel/storage/index.ts'
import { identifiers } from '../identifier-table.ts'
import {
  buildIdentifierRow,
  computeIdentifierBlindIndex,
  hasBlindIndex,
  type IdentifierRow,
  listIdentifiers,
  openIdentifier,
} from '../identifiers.ts'
import { contactCodes } from './contact-code-table.ts'
import { type Contact, contactVerified } from './contact-verified.ts'

type ContactCodeRow = RowOf<typeof contactCodes>

/** Crockford's base32, without the letters that look like digits. 8 characters are 40 bits. */
// cspell:disable-next-line
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 8

/** Lifetime of a code, and the number of guesses at it. */
const codeTtlMs = 30 * 60 * 1000
const maxAttempts = 5

/** Codes per user, and per contact and source address: nobody can use up the codes of somebody else. */
const perUser = { limit: 10, windowSeconds: 3600 } as const
const perContactAndSource = { limit: 10, windowSeconds: 24 * 3600 } as const

/**
 * The writes that add a claimed contact to a new user and send a code to it.
 * @throws BillfoldError `input.invalid`
 */
export async function claimedContactWrites(
  services: Services,
  actor: Actor,
  userId: string,
  contact: Contact,
): Promise<readonly Write[]> {
  const row = await buildIdentifierRow(services, actor.tenant, userId, contact, null)
  return [insert(identifiers, row), ...(await contactCodeWrites(services, actor, row, contact))]
}

/**
 * The writes that make a code and send it to a claimed contact. There are none without a notifier, which would have to
 * deliver it, or above the limit of codes.
 */
async function contactCodeWrites(
  services: Services,
  { tenant, source }: Actor,
  row: IdentifierRow,
  contact: Contact,
): Promise<readonly Write[]> {
  if (services.notifier === undefined || row.claimIndex === null) return []
  const { rateLimiter } = services
  const byUser = { name: 'contact codes', subject: row.userId, tenant }
  const bySource = { name: 'contact codes of a source', subject: `${row.claimIndex} ${source ?? ''}`, tenant }
  const allowed =
    (await rateLimiter.consume(byUser, perUser)).allowed &&
    (await rateLimiter.consume(bySource, perContactAndSource)).allowed
  if (!allowed) return []
  const { userId } = row
  const code = randomCode(codeLength, alphabet)
  const expiresAt = services.now() + codeTtlMs
  const codeHash = await computeCodeHash(services, tenant, row.id, code)
  const payload = { userId, [contact.kind]: contact.value, code, expiresAt }
  return [
    remove(contactCodes, { where: { userId, kind: contact.kind }, expectedRows: 'any' }),
    insert(contactCodes, {
      userId,
      kind: contact.kind,
      tenant,
      id: newId(),
      identifierId: row.id,
      codeHash,
      attempts: 0,
      expiresAt,
    }),
    await outboxWrite(services, { tenant, topic: 'users.contact-code', subject: userId, userId, payload }),
  ]
}

/**
 * Sends a new code to a contact that the user claims. Does nothing for one that the user has verified.
 * @throws BillfoldError `contact.unverified` if the user does not claim the contact; `contact.codes-unavailable` without
 *   a notifier; `rate.limited`
 */
export async function sendContactCode(
  services: Services,
  actor: Actor,
  userId: string,
  contact: Contact,
): Promise<void> {
  const row = await findOwnContact(services, actor, userId, contact)
  if (row === undefined) throw new BillfoldError('contact.unverified')
  if (row.verifiedBy !== null) return
  if (services.notifier === undefined) throw new BillfoldError('contact.codes-unavailable')
  // The stored spelling, which is the one that the user registered.
  const value = await openIdentifier(services, row)
  const writes = await contactCodeWrites(services, actor, row, { kind: contact.kind, value })
  if (writes.length === 0) throw new BillfoldError('rate.limited')
  const audited = auditWrite(actor, 'user.contact-code-sent', userId, services.now(), { kind: contact.kind })
  // Of two codes at once, each replaces the previous one; where one is stored first, the other begins again.
  await retryOnConflict(() => services.storage.commit(batch(...writes, audited)))
}

/**
 * Verifies a contact with the code that was sent to it. The attempt is counted before the code is compared. A wrong, an
 * expired, a used and an exhausted code give the same error. Repeating it after success has no effect.
 * @throws BillfoldError `contact.code-incorrect`, `contact.taken`
 */
export async function verifyContactCode(
  services: Services,
  actor: Actor,
  userId: string,
  contact: Contact,
  code: string,
): Promise<void> {
  const row = await findOwnContact(services, actor, userId, contact)
  if (row !== undefined && row.verifiedBy !== null) return
  const sent = row === undefined ? undefined : await countAttempt(services, row, contact)
  if (row === undefined || sent === undefined) throw new BillfoldError('contact.code-incorrect')
  const hash = await computeCodeHash(services, actor.tenant, row.id, code)
  if (!timingSafeEqual(hash, sent.codeHash)) throw new BillfoldError('contact.code-incorrect')
  const used = remove(contactCodes, { where: { userId, kind: contact.kind, id: sent.id } })
  await contactVerified(services, actor, userId, contact, 'code', [used])
}

/** Deletes expired codes. `now` is in milliseconds since 1970. */
export async function purgeExpiredContactCodes(storage: Storage, now: number, report?: ReportRows): Promise<void> {
  await deleteInBatches(storage, contactCodes, { expiresAt: { lte: now } }, report)
}

async function findOwnContact(
  services: Services,
  { tenant }: Actor,
  userId: string,
  contact: Contact,
): Promise<IdentifierRow | undefined> {
  const blindIndex = await computeIdentifierBlindIndex(services, tenant, contact)
  const rows = await listIdentifiers(services, userId)
  return rows.find((row) => row.tenant === tenant && hasBlindIndex(row, blindIndex))
}

/** Counts an attempt at the code for this claim. Returns undefined if no attempt is left. */
async function countAttempt(
  { storage, now }: Services,
  { id: identifierId, userId }: IdentifierRow,
  { kind }: Contact,
): Promise<ContactCodeRow | undefined> {
  const [row] = await storage.find(contactCodes, { where: { userId, kind, identifierId }, limit: 1 })
  if (row === undefined) return undefined
  const where = { userId, kind, id: row.id, attempts: { lt: maxAttempts }, expiresAt: { gt: now() } }
  try {
    await storage.commit(batch(update(contactCodes, { where, add: { attempts: 1 } })))
    return row
  } catch (error) {
    if (isCommitError(error)) return undefined
    throw error
  }
}

/** Keyed, so that a copy of the database does not reveal codes. Letters and separators are read leniently. */
function computeCodeHash(services: Services, tenant: string, identifierId: string, code: string): Promise<string> {
  const normalized = code.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return services.blindIndex.hash('contact-code', tenant, JSON.stringify([identifierId, normalized]))
}
