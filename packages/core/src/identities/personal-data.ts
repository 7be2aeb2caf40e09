import { update } from '../storage/index.ts'
import type { PersonalData } from '../users/personal-data.ts'
import { vaults } from '../vaults/tables.ts'
import { identities } from './tables.ts'

/**
 * What the DID API knows of a person: their DID wallets and vaults. Erasing destroys the keys, the seeds and the aliases; the
 * DIDs stay, so that none is made again. What a chain knows of a DID, nobody can take back.
 */
export const didData: PersonalData = {
  name: 'dids',
  collect: async (services, { tenant, userId }) => {
    const rows = await services.storage.find(identities, {
      where: { tenant, userId, state: 'live' },
      orderBy: [['id', 'asc']],
    })
    if (rows.length === 0) return undefined
    return rows.map(({ id, did, alias, createdAt }) => ({
      id,
      did,
      alias,
      createdAt: new Date(createdAt).toISOString(),
    }))
  },
  erase: async (services, { tenant, userId }) => ({
    writes: [
      update(identities, {
        where: { tenant, userId, state: 'live' },
        set: { state: 'deleted', alias: null, sealedKey: null, deletedAt: services.now() },
        hits: 'any',
      }),
      // Without a generation, nothing that is sealed anew meanwhile puts the seed back.
      update(vaults, { where: { tenant, userId }, set: { sealedEntropy: null, generation: null }, hits: 'any' }),
    ],
  }),
}
