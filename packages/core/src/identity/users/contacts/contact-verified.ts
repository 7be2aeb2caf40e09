import { type Actor, auditWrite } from '../../../platform/audit/audit-write.ts'
import { eventWrites } from '../../../platform/events/event-writes.ts'
import type { Services } from '../../../platform/services.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { batch, check, remove, retryOnConflict, update, type Write } from '../../../kernel/storage/index.ts'
import { identifiers } from '../identifier-table.ts'
import {
  type ContactKind,
  computeIdentifierBlindIndex,
  hasBlindIndex,
  type Identifier,
  type IdentifierRow,
  identifierWrite,
  listIdentifiers,
} from '../identifiers.ts'
import { users } from '../table.ts'
import { contactCodes } from './contact-code-table.ts'

/** An email or a phone number. */
export interface Contact extends Identifier {
  readonly kind: ContactKind
}

/** How a contact was verified: by the host, or with a code that was sent to it. */
export type ContactVerification = 'host' | 'code'

/**
 * Makes a contact the user's own: the claim becomes a verified identifier, or the contact replaces the user's previous
 * one of this kind. Of several users who verify the same contact at once, one succeeds: the unique key of the
 * identifiers decides. Idempotent.
 * @param proof further writes that must succeed with it
 * @throws BillfoldError `user.not-found`, `input.invalid`; `contact.taken` if another user has verified the contact
 */
export async function contactVerified(
  services: Services,
  actor: Actor,
  userId: string,
  contact: Contact,
  verifiedBy: ContactVerification,
  proof: readonly Write[] = [],
): Promise<void> {
  const { tenant } = actor
  const { kind } = contact
  const blindIndex = await computeIdentifierBlindIndex(services, tenant, contact)
  await retryOnConflict(async () => {
    const rows = (await listIdentifiers(services, userId)).filter((row) => row.tenant === tenant && row.kind === kind)
    const own = rows.find((row) => hasBlindIndex(row, blindIndex))
    if (own !== undefined && own.verifiedBy !== null) return
    const user = { id: userId, tenant, archivedAt: null }
    await assertVerifiable(services, user, { tenant, blindIndex })
    await services.storage.commit(
      batch(
        check(users, { where: user }),
        ...proof,
        ...rows.filter(({ id }) => id !== own?.id).map(({ id }) => remove(identifiers, { where: { id } })),
        ...(own === undefined
          ? [await identifierWrite(services, tenant, userId, contact, verifiedBy)]
          : [verifiedWrite(own, blindIndex, verifiedBy)]),
        remove(contactCodes, { where: { userId, kind }, expectedRows: 'any' }),
        auditWrite(actor, 'user.contact-verified', userId, services.now(), { kind, by: verifiedBy }),
        ...eventWrites(services, tenant, 'user.contact-verified', { userId, kind, by: verifiedBy }),
      ),
    )
  })
}

/** @throws BillfoldError `user.not-found`, `contact.taken` */
async function assertVerifiable(
  { storage }: Services,
  user: { readonly id: string; readonly tenant: string; readonly archivedAt: null },
  contact: { readonly tenant: string; readonly blindIndex: string },
): Promise<void> {
  const [[found], [owner]] = await Promise.all([
    storage.find(users, { where: user, limit: 1 }),
    storage.find(identifiers, { where: contact, limit: 1 }),
  ])
  if (found === undefined) throw new BillfoldError('user.not-found')
  if (owner !== undefined) throw new BillfoldError('contact.taken')
}

function verifiedWrite({ id }: IdentifierRow, blindIndex: string, verifiedBy: ContactVerification): Write {
  return update(identifiers, {
    where: { id, claimIndex: blindIndex },
    set: { blindIndex, claimIndex: null, verifiedBy },
  })
}
