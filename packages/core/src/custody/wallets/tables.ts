import { boolean, bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** A key pair on a chain. The private key is sealed under the owner's master secret of the same generation. */
export const wallets = defineTable({
  name: 'wallets',
  columns: {
    id: text(36),
    tenant: text(64),
    /** The owner of the master secret that seals the key: a user id, or the wallet's own id. */
    ownerId: text(36),
    userId: nullable(text(36)),
    /** The origin of its user, which decides what keys see it; `none` without a user. */
    userOrigin: text(32),
    secretType: text(32),
    address: text(128),
    identifier: nullable(text(256)),
    description: nullable(text(1024)),
    primary: boolean(),
    /** BIP-32 path, or null if the key is not derived from the owner's seed. */
    derivationPath: nullable(text(64)),
    publicKey: bytes(65),
    /** The contract account that `address` is of, whose owner is the key. Null if the address is that of the key. */
    accountType: nullable(text(32)),
    generation: integer(),
    sealedKey: bytes(256),
    createdAt: integer(),
    archivedAt: nullable(integer()),
  },
  key: ['id'],
  unique: { byAddress: ['tenant', 'secretType', 'address'], byPath: ['ownerId', 'derivationPath'] },
  indexes: {
    byTenant: ['tenant', 'id'],
    byUser: ['userId', 'id'],
    byTenantAddress: ['tenant', 'address', 'id'],
    byIdentifier: ['tenant', 'identifier', 'id'],
    bySecretType: ['tenant', 'secretType', 'id'],
    byUserOrigin: ['tenant', 'userOrigin', 'id'],
    bySecretTypeAddress: ['secretType', 'address'],
    byArchival: ['tenant', 'archivedAt'],
  },
})

/** The BIP-39 entropy from which a user's wallets are derived, sealed under the user's master secret. */
export const seeds = defineTable({
  name: 'seeds',
  columns: {
    ownerId: text(36),
    tenant: text(64),
    generation: integer(),
    sealedEntropy: bytes(256),
    createdAt: integer(),
  },
  key: ['ownerId'],
})
