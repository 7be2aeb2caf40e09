import { hasMethods } from '../credentials/methods.ts'
import { ownerCloses, ownerNeverOpens } from '../credentials/owner-writes.ts'
import { update } from '../storage/index.ts'
import type { PersonalData } from '../users/personal-data.ts'
import { archiveWalletsOf } from './archive.ts'
import { wallets } from './tables.ts'

/**
 * What custody knows of a person: their wallets. Erasing archives them and removes what the person called them; the sealed keys
 * stay, which no signing method opens any more, as the record of what was held.
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
    const closes = (await hasMethods(services, owner))
      ? [ownerCloses(userId, now)]
      : wallet === undefined
        ? []
        : [ownerNeverOpens(tenant, userId, now)]
    const nameless = update(wallets, {
      where: { tenant, userId },
      set: { description: null, identifier: null },
      hits: 'any',
    })
    return { writes: [...closes, archiveWalletsOf(userId, now), nameless] }
  },
}
