import { hasMethods } from '../credentials/methods.ts'
import { ownerCloses, ownerNeverOpens } from '../credentials/owner-writes.ts'
import { update } from '../storage/index.ts'
import type { PersonalData } from '../users/personal-data.ts'
import { archiveUserWallets } from './change.ts'
import { wallets } from './tables.ts'

/**
 * The personal data that custody stores about a user: the user's wallets. Erasure archives them and deletes their descriptions
 * and identifiers. The sealed keys remain as a record, but no signing method can open them any more.
 */
export const custodyData: PersonalData = {
  name: 'custody',
  collect: async (services, { tenant, userId }) => {
    const rows = await services.storage.find(wallets, { where: { tenant, userId }, orderBy: [['id', 'asc']] })
    if (rows.length === 0) return undefined
    return rows.map(({ id, address, description, identifier, createdAt }) => ({
      id,
      address,
      description,
      identifier,
      createdAt: new Date(createdAt).toISOString(),
    }))
  },
  erase: async (services, { tenant, userId }) => {
    const now = services.now()
    const owner = { tenant, ownerId: userId, ownerKind: 'user' as const }
    const [wallet] = await services.storage.find(wallets, { where: { tenant, userId }, limit: 1 })
    const closeWrites = (await hasMethods(services, owner))
      ? [ownerCloses(userId, now)]
      : wallet === undefined
        ? []
        : [ownerNeverOpens(tenant, userId, now)]
    const withoutNames = update(wallets, {
      where: { tenant, userId },
      set: { description: null, identifier: null },
      hits: 'any',
    })
    return { writes: [...closeWrites, archiveUserWallets(userId, now), withoutNames] }
  },
}
