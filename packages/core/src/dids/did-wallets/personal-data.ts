import { update } from '../../kernel/storage/index.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { vaults } from '../vaults/tables.ts'
import { didWallets } from './tables.ts'

/**
 * The DID wallets and vaults of a person. Erasure destroys keys, seeds and aliases; the DIDs remain, so that they are
 * never created again. Data on a chain cannot be erased.
 */
export const didPersonalData: PersonalData = {
  name: 'dids',
  tables: [didWallets],
  collect: async (services, { tenant, userId }) => {
    const rows = await services.storage.find(didWallets, {
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
      update(didWallets, {
        where: { tenant, userId, state: 'live' },
        set: { state: 'deleted', alias: null, sealedKey: null, deletedAt: services.now() },
        expectedRows: 'any',
      }),
      // A null generation makes a concurrent master secret rotation fail instead of restoring the seed.
      update(vaults, {
        where: { tenant, userId },
        set: { sealedEntropy: null, generation: null },
        expectedRows: 'any',
      }),
    ],
  }),
}
