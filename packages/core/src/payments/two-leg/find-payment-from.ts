import { hasBlindIndex, type Identifier, tryIdentifierBlindIndex } from '../../identity/users/identifiers.ts'
import type { Services } from '../../platform/services.ts'
import { payments as paymentTable } from '../tables.ts'
import { findUserByIdentifiers, listIdentifiersOfUsers } from '../users/profiles.ts'

/** Maximum number of pending payments of a receiver among which a sender with an unverified contact is searched. */
const maxPayments = 200

/**
 * Finds a pending payment to a user by the contacts of its sender. The user who has verified them is meant; otherwise the
 * one sender who claims them. If several senders claim the same contact, nothing is found.
 */
export async function findPaymentFrom(
  services: Services,
  tenant: string,
  receiverId: string,
  sender: readonly Identifier[],
): Promise<{ readonly id: string; readonly senderId: string } | undefined> {
  const verified = await findUserByIdentifiers(services, tenant, sender)
  const pending = await services.storage.find(paymentTable, {
    where: {
      receiverId,
      tenant,
      state: 'pending',
      expiresAt: { gt: services.now() },
      ...(verified !== undefined && { senderId: verified }),
    },
    orderBy: [['id', 'asc']],
    limit: maxPayments,
  })
  if (verified !== undefined) return pending[0]
  const senders = pending.map(({ senderId }) => senderId)
  const rows = await listIdentifiersOfUsers(services, senders)
  const wanted = await Promise.all(sender.map((identifier) => tryIdentifierBlindIndex(services, tenant, identifier)))
  const found = senders.filter((senderId) =>
    wanted.every((index) => rows.some((row) => row.userId === senderId && hasBlindIndex(row, index))),
  )
  const [senderId, ...others] = new Set(found)
  return others.length > 0 ? undefined : pending.find((payment) => payment.senderId === senderId)
}
