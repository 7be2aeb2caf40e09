import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/**
 * What the keys of DID wallets come from: a seed (BIP44), sealed under its user's master secret or by the keyring, or a
 * threshold signer (MPC), of which nothing is kept here.
 */
export const vaults = defineTable({
  name: 'vaults',
  columns: {
    id: text(36),
    tenant: text(64),
    /** `BIP44` or `MPC`. */
    kind: text(8),
    /** Whose master secret seals the seed; null where the keyring does. */
    userId: nullable(text(36)),
    generation: nullable(integer()),
    /** BIP-39 entropy. */
    sealedEntropy: nullable(bytes(256)),
    /** The index of the next wallet. */
    nextIndex: integer(),
    /** What the vault's wallets are configured with unless a request says otherwise, as JSON. */
    walletConfig: nullable(text()),
    createdAt: integer(),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'], byUser: ['userId', 'id'] },
})
