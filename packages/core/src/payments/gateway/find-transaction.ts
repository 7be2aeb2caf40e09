import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import { type Identifier, listClaimants } from '../../identity/users/identifiers.ts'
import { computeReferenceIndex, gatewayCaller } from '../idempotency-references.ts'
import { gatewayTransactions } from '../tables.ts'
import { findUserByIdentifiers, listIdentifiersOfUsers } from '../users/profiles.ts'
import type { GatewayTransactionRow } from './gateway-transactions.ts'

/** Maximum number of users who are searched for a transaction: those who claim an email, and those who were erased. */
const maxUsers = 200

/**
 * Finds the transaction that a gateway names by the email of its user and by its reference, which other users can use
 * too. The transaction of the user who has verified the email is meant, otherwise that of the one user who claims it. An
 * erased user has no email: without this a hold would stay forever.
 * @throws BillfoldError `user.not-found` if nobody has the email; `transaction.not-found`, also if two users are meant
 */
export async function getNamedTransaction(
  services: Services,
  tenant: string,
  email: string,
  reference: string,
): Promise<GatewayTransactionRow> {
  const contact: Identifier = { kind: 'email', value: email }
  const referenceIndex = await computeReferenceIndex(services, { tenant, reference })
  const owner = await findUserByIdentifiers(services, tenant, [contact])
  const owned = owner === undefined ? [] : await findTransactions(services, { tenant, referenceIndex, userId: owner })
  const claimants = owned.length > 0 ? [] : await listClaimants(services, tenant, contact, maxUsers)
  const claimed =
    claimants.length === 0
      ? []
      : await findTransactions(services, { tenant, referenceIndex, userId: { in: claimants } })
  const found = [...owned, ...claimed]
  const [row, ...others] = found.length > 0 ? found : await findErased(services, tenant, referenceIndex)
  if (row !== undefined && others.length === 0) return row
  throw new BillfoldError(
    row === undefined && owner === undefined && claimants.length === 0 ? 'user.not-found' : 'transaction.not-found',
  )
}

function findTransactions(
  { storage }: Services,
  where: {
    readonly tenant: string
    readonly referenceIndex: string
    readonly userId?: string | { in: readonly string[] }
  },
): Promise<GatewayTransactionRow[]> {
  return storage.find(gatewayTransactions, { where: { ...where, caller: { ne: gatewayCaller } }, limit: maxUsers })
}

/** The transactions with this reference whose users were erased. */
async function findErased(
  services: Services,
  tenant: string,
  referenceIndex: string,
): Promise<GatewayTransactionRow[]> {
  const rows = await findTransactions(services, { tenant, referenceIndex })
  const identified = await listIdentifiersOfUsers(
    services,
    rows.map(({ userId }) => userId),
  )
  return rows.filter(({ userId }) => !identified.some((identifier) => identifier.userId === userId))
}
