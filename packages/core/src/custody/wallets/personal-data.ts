import { hasMethods } from '../../identity/signing-methods/methods.ts'
import { closeOwnerWrites, eraseMethodsWrites, insertClosedOwner } from '../../identity/signing-methods/owner.ts'
import { remove, update } from '../../kernel/storage/index.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { archiveUserWallets } from './update.ts'
import { seeds, wallets } from './tables.ts'

/**
 * The personal data that custody stores about a user: the user's wallets. Erasure archives them and deletes their descriptions
 * and identifiers, the signing methods and the seed. The sealed keys of wallets remain as a record that nothing can open.
 */
export const custodyPersonalData: PersonalData = {
  name: 'custody',
  tables: [wallets],
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
      ? closeOwnerWrites(userId, now)
      : wallet === undefined
        ? []
        : [insertClosedOwner(tenant, userId, now)]
    const withoutNames = update(wallets, {
      where: { tenant, userId },
      set: { description: null, identifier: null },
      expectedRows: 'any',
    })
    const withoutKeys = [
      ...eraseMethodsWrites(tenant, userId),
      remove(seeds, { where: { tenant, ownerId: userId }, expectedRows: 'any' }),
    ]
    return { writes: [...closeWrites, ...withoutKeys, archiveUserWallets(userId, now), withoutNames] }
  },
}
