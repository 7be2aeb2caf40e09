import { bytes, defineTable, integer, text } from '@billfold/core/storage'

/** The points of each user. */
export const loyaltyAccounts = defineTable({
  name: 'loyalty_accounts',
  columns: {
    userId: text(36),
    tenant: text(64),
    points: integer(),
    /** The member's name as printed on the card, sealed by the keyring. */
    sealedCardName: bytes(512),
    lastUsedAt: integer(),
  },
  key: ['userId'],
  indexes: { byLastUse: ['lastUsedAt'] },
})
