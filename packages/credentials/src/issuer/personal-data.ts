import type { PersonalData } from '@billfold/core/modules'
import { remove, update, type Write } from '@billfold/core/storage'
import { authorizationRequests, credentialOffers, issuanceGrants, issuedCredentials, statusLists } from './tables.ts'

/** Lists of one user that are moved in an erasure. */
const maxLists = 500

/**
 * Exported as `data.issuedCredentials`: types and dates; the issuer keeps no claims. An erasure revokes the credentials, and keeps their
 * rows without the user, so that verifiers see that they are revoked.
 */
export const issuerPersonalData: PersonalData = {
  name: 'issuedCredentials',
  tables: [credentialOffers, authorizationRequests, issuanceGrants, issuedCredentials],
  collect: async ({ storage }, { tenant, userId }) => {
    const issued = await storage.find(issuedCredentials, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
    const offers = await storage.find(credentialOffers, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
    if (issued.length + offers.length === 0) return undefined
    return {
      offers: offers.map(({ configurations, state, createdAt }) => {
        return { credentials: configurations.split(' '), state, createdAt: new Date(createdAt).toISOString() }
      }),
      credentials: issued.map(({ type, format, status, createdAt, expiresAt }) => ({
        type,
        format,
        status,
        createdAt: new Date(createdAt).toISOString(),
        expiresAt: new Date(expiresAt).toISOString(),
      })),
    }
  },
  erase: async ({ storage }, { tenant, userId }) => {
    const issued = await storage.find(issuedCredentials, { where: { tenant, userId } })
    const lists = [...new Set(issued.flatMap(({ listId }) => listId ?? []))]
    const where = { tenant, userId }
    const moved = chunk(lists, maxLists).map(
      (ids): Write => update(statusLists, { where: { id: { in: ids } }, add: { version: 1 }, expectedRows: 'any' }),
    )
    // In the order in which they are made of each other: a redemption at the same time changes its offer, an issuance its grant, and so
    // each is seen afterwards, or fails.
    return {
      writes: [
        ...[credentialOffers, authorizationRequests, issuanceGrants].map((table) =>
          remove(table, { where, expectedRows: 'any' }),
        ),
        update(issuedCredentials, { where, set: { status: 'revoked', userId: null }, expectedRows: 'any' }),
        ...moved,
      ],
    }
  },
}

function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
