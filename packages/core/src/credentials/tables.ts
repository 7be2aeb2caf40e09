import { bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/**
 * That an owner (a user, or a wallet without one) has a master secret; the secret itself is kept nowhere in the clear.
 * `version` rises with every change of a method and with every row that is newly sealed under the secret, `generation`
 * whenever the master secret is replaced.
 */
export const masterSecrets = defineTable({
  name: 'master_secrets',
  columns: {
    ownerId: text(36),
    tenant: text(64),
    version: integer(),
    generation: integer(),
    createdAt: integer(),
    /** When the owner was archived. */
    closedAt: nullable(integer()),
  },
  key: ['ownerId'],
})

/**
 * One row a signing method: a key pair whose private half is sealed under the method's value, and the owner's master
 * secret sealed to the public half. Whoever holds only rows can open neither without the value and the pepper.
 */
export const credentials = defineTable({
  name: 'credentials',
  columns: {
    id: text(36),
    tenant: text(64),
    ownerId: text(36),
    ownerKind: text(8),
    type: text(32),
    /** The type, for types of which an owner has at most one; else the id. */
    slot: text(36),
    remainingAttempts: integer(),
    incorrectAttempts: integer(),
    /** The newest attempt that was counted and has not succeeded. */
    lastAttempt: nullable(text(36)),
    lastUsedAt: nullable(integer()),
    /** When a temporary lock ends or has ended; null when the newest attempts have set none. */
    lockedUntil: nullable(integer()),
    /** Of a method that takes a face too: the device that must show its key (its thumbprint), and whose face; else null. */
    device: nullable(text(43)),
    person: nullable(text(36)),
    createdAt: integer(),
    /** Rises when the value is replaced. */
    version: integer(),
    generation: integer(),
    pepperKeyId: text(32),
    cost: text(32),
    salt: bytes(16),
    publicKey: bytes(32),
    /** Proves, to who holds the keyring and the master secret, that the two and the public key belong together. */
    publicKeyTag: bytes(32),
    sealedPrivateKey: bytes(128),
    sealedSecret: bytes(128),
  },
  key: ['id'],
  unique: { bySlot: ['ownerId', 'slot'] },
})
