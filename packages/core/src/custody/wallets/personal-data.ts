import { hasMethods } from '../../identity/signing-methods/methods.ts'
import { closeOwner, insertClosedOwner } from '../../identity/signing-methods/owner.ts'
import { update } from '../../kernel/storage/index.ts'
import type { PersonalData } from '../../platform/personal-data.ts'
import { archiveUserWallets } from './update.ts'
import { wallets } from './tables.ts'

/**
 * The personal data that custody stores about a user: the user's wallets. Erasure archives them and deletes their descriptions
 * and identifiers. The sealed keys remain as a record, but no signing method can open them any more.
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
      ? [closeOwner(userId, now)]
      : wallet === undefined
        ? []
        : [insertClosedOwner(tenant, userId, now)]
    const withoutNames = update(wallets, {
      where: { tenant, userId },
      set: { description: null, identifier: null },
      expectedRows: 'any',
    })
    return { writes: [...closeWrites, archiveUserWallets(userId, now), withoutNames] }
  },
}
