import type { PersonalData } from '@billfold/core/modules'
import { remove } from '@billfold/core/storage'
import { sealedDescriptions } from './credentials/credential-description.ts'
import { sealedEntries } from './present/presentation-log.ts'
import {
  heldCredentials,
  heldInstances,
  holderIssuances,
  holderOffers,
  holderSecrets,
  presentationLog,
  receivedRequests,
} from './tables.ts'

/** Exported as `data.heldCredentials`: issuers, types, names of claims and dates; the values need the user. Deleted with the user. */
export const holderPersonalData: PersonalData = {
  name: 'heldCredentials',
  tables: [
    holderSecrets,
    holderOffers,
    holderIssuances,
    heldCredentials,
    heldInstances,
    receivedRequests,
    presentationLog,
  ],
  collect: async (services, { tenant, userId }) => {
    const { storage } = services
    const where = { tenant, userId }
    const held = await storage.find(heldCredentials, { where, orderBy: [['id', 'asc']] })
    const log = await storage.find(presentationLog, { where, orderBy: [['id', 'asc']] })
    const offers = await storage.find(holderOffers, { where })
    if (held.length + log.length + offers.length === 0) return undefined
    const credentials = held.map(async (row) => {
      const { issuer, disclosable, always } = await sealedDescriptions.open(services, row, row.sealedDescription)
      const { format, type, createdAt } = row
      return { format, type, issuer, claims: [...always, ...disclosable], createdAt: toIso(createdAt) }
    })
    const presentations = log.map(async (row) => {
      const { verifier, outcome, disclosed } = await sealedEntries.open(services, row, row.sealedEntry)
      return { verifier, outcome, disclosed, at: toIso(row.createdAt) }
    })
    return {
      credentials: await Promise.all(credentials),
      presentations: await Promise.all(presentations),
      offers: offers.map(({ state, createdAt }) => ({ state, createdAt: toIso(createdAt) })),
    }
  },
  erase: (_, { tenant, userId }) =>
    Promise.resolve({
      // Offers, issuances and requests come first: what stores a credential at the same time changes one of them too, and so is seen
      // afterwards, or fails.
      writes: [
        ...[holderOffers, holderIssuances, receivedRequests, heldCredentials, heldInstances, presentationLog].map(
          (table) => remove(table, { where: { tenant, userId }, expectedRows: 'any' }),
        ),
        remove(holderSecrets, { where: { tenant, ownerId: userId }, expectedRows: 'any' }),
      ],
    }),
}

function toIso(time: number): string {
  return new Date(time).toISOString()
}
