import { bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/**
 * One row per owner (a user, or a wallet without a user) with a master secret. The secret itself is never stored in plain
 * text. `version` increases with every change of a signing method and every new row sealed under the secret, `generation`
 * with every rotation of the secret.
 */
export const masterSecrets = defineTable({
  name: 'master_secrets',
  columns: {
    ownerId: text(36),
    tenant: text(64),
    version: integer(),
    generation: integer(),
    createdAt: integer(),
    /** When the owner was archived; no signing method authorizes anything afterwards. */
    closedAt: nullable(integer()),
  },
  key: ['ownerId'],
})

/**
 * Signing methods: each has a key pair whose private key is sealed under the method's value, and the owner's master secret
 * sealed to the public key. Opening either requires the value and the pepper, not only the row.
 */
export const signingMethods = defineTable({
  name: 'signing_methods',
  columns: {
    id: text(36),
    tenant: text(64),
    ownerId: text(36),
    ownerKind: text(8),
    type: text(32),
    /** Uniqueness key: the type, for types that an owner can have once, otherwise the id. */
    slot: text(36),
    remainingAttempts: integer(),
    incorrectAttempts: integer(),
    /** Id of the latest attempt; null after a successful one. */
    lastAttempt: nullable(text(36)),
    lastUsedAt: nullable(integer()),
    /** End of the latest temporary lockout, past or future; null if the latest attempts caused none. */
    lockedUntil: nullable(integer()),
    /** Face binding: RFC 7638 thumbprint of the device; null without a binding. */
    device: nullable(text(43)),
    /** Face binding: id of the enrolled person; null without a binding. */
    person: nullable(text(36)),
    createdAt: integer(),
    /** Incremented when the value is replaced. */
    version: integer(),
    generation: integer(),
    pepperKeyId: text(32),
    cost: text(32),
    salt: bytes(16),
    publicKey: bytes(32),
    /** HMAC under the keyring and the master secret, which binds the public key to both. */
    publicKeyTag: bytes(32),
    sealedPrivateKey: bytes(128),
    sealedSecret: bytes(128),
  },
  key: ['id'],
  unique: { bySlot: ['ownerId', 'slot'] },
})
