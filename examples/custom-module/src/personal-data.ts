import type { PersonalData } from '@billfold/core/modules'
import { remove } from '@billfold/core/storage'
import { openCardName } from './card-name.ts'
import { loyaltyAccounts } from './table.ts'

/** Exported as `data.loyalty`, and deleted with the user. */
export const loyaltyPersonalData: PersonalData = {
  name: 'loyalty',
  tables: [loyaltyAccounts],
  collect: async (services, { tenant, userId }) => {
    const [account] = await services.storage.find(loyaltyAccounts, { where: { userId, tenant }, limit: 1 })
    if (account === undefined) return undefined
    return { points: account.points, cardName: await openCardName(services, account) }
  },
  erase: async (_, { tenant, userId }) => ({
    writes: [remove(loyaltyAccounts, { where: { userId, tenant }, expectedRows: 'any' })],
  }),
}
