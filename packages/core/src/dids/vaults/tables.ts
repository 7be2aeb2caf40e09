import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/**
 * The source of keys for DID wallets: a seed (BIP44), sealed under its user's master secret or by the keyring, or a
 * threshold signer (MPC), of which nothing is stored here.
 */
export const vaults = defineTable({
  name: 'vaults',
  columns: {
    id: text(36),
    tenant: text(64),
    /** `BIP44` or `MPC`. */
    kind: text(8),
    /** The user whose master secret seals the seed; null if the keyring does. */
    userId: nullable(text(36)),
    generation: nullable(integer()),
    /** BIP-39 entropy. */
    sealedEntropy: nullable(bytes(256)),
    /** The index of the next wallet. */
    nextIndex: integer(),
    /** The default configuration of the wallets in the vault, as JSON. */
    walletConfig: nullable(text()),
    createdAt: integer(),
  },
  key: ['id'],
  indexes: { byTenant: ['tenant', 'id'], byUser: ['userId', 'id'] },
})
