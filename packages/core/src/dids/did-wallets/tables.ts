import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/**
 * A DID wallet: a DID and its initial key pair. A deleted wallet keeps its row without key and alias, so that its DID
 * is never created again.
 */
export const didWallets = defineTable({
  name: 'did_wallets',
  columns: {
    id: text(36),
    tenant: text(64),
    did: text(128),
    /** As requested: `spherity`, `ethr`, `ethr:sepolia`. */
    didMethod: text(64),
    /** Lower case. */
    address: text(42),
    /** With the checksum of EIP-55. */
    ethereumAddress: text(42),
    alias: nullable(text(128)),
    vaultId: nullable(text(36)),
    /** The index of the key in a BIP44 vault. */
    hdIndex: nullable(integer()),
    /** `live` or `deleted`. */
    state: text(8),
    /** Uncompressed, 65 bytes. */
    publicKey: bytes(65),
    /** The user whose master secret seals the key; null if the keyring seals it or a threshold signer has it. */
    userId: nullable(text(36)),
    generation: nullable(integer()),
    /** Null if a threshold signer has the key, and after deletion. */
    sealedKey: nullable(bytes(256)),
    /** The most recently started update. */
    latestUpdateId: nullable(text(36)),
    createdAt: integer(),
    deletedAt: nullable(integer()),
    /** The time of the next attempt to destroy the threshold key of a deleted wallet. */
    destroyKeyAt: nullable(integer()),
  },
  key: ['id'],
  unique: { byDid: ['tenant', 'did'], byAlias: ['tenant', 'alias'], byIndex: ['vaultId', 'hdIndex'] },
  indexes: {
    byTenant: ['tenant', 'state', 'id'],
    byVault: ['vaultId', 'state', 'id'],
    byAddress: ['tenant', 'address'],
    byUser: ['userId', 'state', 'id'],
    byDestruction: ['destroyKeyAt'],
  },
})

/**
 * A DID update: a sequence of changes to the registry entry of one DID. The row of the wallet names the newest one;
 * only that one can be resumed.
 */
export const didUpdates = defineTable({
  name: 'did_updates',
  columns: {
    id: text(36),
    tenant: text(64),
    didWalletId: text(36),
    /** SHA-256 of the requested changes, base64url: repeating the same request resumes the update. */
    fingerprint: text(43),
    apiUrl: nullable(text(2048)),
    /** `running`, `stopped` (can be resumed), `done`, `superseded`. */
    state: text(16),
    createdAt: integer(),
    /** The time of the last progress. */
    updatedAt: integer(),
  },
  key: ['id'],
  indexes: { byDidWallet: ['didWalletId', 'id'] },
})

/** One change of a DID update. */
export const didUpdateSteps = defineTable({
  name: 'did_update_steps',
  columns: {
    id: text(36),
    tenant: text(64),
    updateId: text(36),
    /** From 0. */
    position: integer(),
    /** The operation id of the current attempt; the registry makes at most one change per id. */
    operationId: text(36),
    /** The change, as JSON. */
    change: text(),
    /** `waiting`, `sent`, `mined`, `failed`. */
    state: text(16),
    /** The error code of the last attempt. */
    failureCode: nullable(text(64)),
    /** The transaction hash, on a chain. */
    transactionHash: nullable(text(66)),
    /** The wallet with the key of a delegate that was created for this step. */
    delegateWalletId: nullable(text(36)),
  },
  key: ['id'],
  unique: { byPosition: ['updateId', 'position'] },
})
