import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/**
 * A DID wallet: a DID and the key pair that it began with. A deleted one keeps its row, without key and alias, so that its
 * DID is never made again.
 */
export const identities = defineTable({
  name: 'identities',
  columns: {
    id: text(36),
    tenant: text(64),
    did: text(128),
    /** As it was asked for: `spherity`, `ethr`, `ethr:sepolia`. */
    didMethod: text(64),
    /** Lower case. */
    address: text(42),
    /** With the checksum of EIP-55, as it is shown. */
    ethereumAddress: text(42),
    alias: nullable(text(128)),
    vaultId: nullable(text(36)),
    /** In a BIP44 vault. */
    hdIndex: nullable(integer()),
    /** `live` or `deleted`. */
    state: text(8),
    /** 65 bytes. */
    publicKey: bytes(65),
    /** Whose master secret seals the key; null where the keyring does, or where a threshold signer has it. */
    userId: nullable(text(36)),
    generation: nullable(integer()),
    /** Null where a threshold signer has the key, and once the wallet is deleted. */
    sealedKey: nullable(bytes(256)),
    /** The configuration that was begun last. */
    configurationId: nullable(text(36)),
    createdAt: integer(),
    deletedAt: nullable(integer()),
    /** When the threshold signer is to be told next that the key of a deleted wallet is to be destroyed. */
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

/** A run of changes of one DID's entry in its registry. The wallet's row names the newest one, which alone goes on. */
export const configurations = defineTable({
  name: 'did_configurations',
  columns: {
    id: text(36),
    tenant: text(64),
    identityId: text(36),
    /** SHA-256 of what was asked for, base64url: a repeat of the same goes on with it. */
    contentHash: text(43),
    apiUrl: nullable(text(2048)),
    /** `running`, `stopped` (a repeat goes on), `done`, `superseded`. */
    state: text(16),
    createdAt: integer(),
    /** When something of it was done last. */
    movedAt: integer(),
  },
  key: ['id'],
  indexes: { byIdentity: ['identityId', 'id'] },
})

/** One change of a configuration. */
export const configurationSteps = defineTable({
  name: 'did_configuration_steps',
  columns: {
    id: text(36),
    tenant: text(64),
    configurationId: text(36),
    /** From 0. */
    position: integer(),
    /** What the registry knows this attempt by: under one id it makes a change at most once. */
    attemptId: text(36),
    /** The change, as JSON. */
    change: text(),
    /** `waiting`, `sent`, `mined`, `failed`. */
    state: text(16),
    /** The code of the error that it failed with. */
    failure: nullable(text(64)),
    /** The transaction, on a chain. */
    transaction: nullable(text(66)),
    /** The wallet that holds the key of a delegate that was made for this step. */
    delegateId: nullable(text(36)),
  },
  key: ['id'],
  unique: { byPosition: ['configurationId', 'position'] },
})
