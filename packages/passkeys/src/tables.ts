import { boolean, bytes, defineTable, integer, nullable, type RowOf, text } from '@billfold/core/storage'

/**
 * One row per user with a passkey, for the handle under which authenticators keep the user's passkeys: 32 random bytes, never
 * the user's id (WebAuthn Level 3 section 14.6.1).
 */
export const passkeyUsers = defineTable({
  name: 'passkey_users',
  columns: {
    userId: text(36),
    tenant: text(64),
    /** Base64url of 32 random bytes. */
    handle: text(43),
    /** How many passkeys the user has; the condition of each new one. */
    passkeys: integer(),
  },
  key: ['userId'],
  unique: { byHandle: ['handle'] },
})

/** Passkeys of users. */
export const passkeyCredentials = defineTable({
  name: 'passkeys',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** The signing method of the custody API that the passkey's secret opens; null if it only signs in. */
    methodId: nullable(text(36)),
    /** SHA-256 of the credential id, base64url: credential ids of 1,023 bytes are too long for an index. */
    credentialHash: text(43),
    /** Base64url. */
    credentialId: text(1364),
    /** COSE_Key (RFC 9052). */
    publicKey: bytes(2048),
    /** COSE algorithm. */
    algorithm: integer(),
    signCount: integer(),
    /** How browsers reach the authenticator, separated by spaces. */
    transports: text(128),
    aaguid: text(36),
    backupEligible: boolean(),
    backedUp: boolean(),
    /** Whether the authenticator has the PRF extension. */
    prf: boolean(),
    /** Input of the PRF extension: 32 random bytes. */
    prfSalt: bytes(32),
    /** The user's name for it, sealed by the keyring. */
    sealedName: bytes(512),
    createdAt: integer(),
    lastUsedAt: nullable(integer()),
  },
  key: ['id'],
  unique: { byCredential: ['tenant', 'credentialHash'] },
  indexes: { byUser: ['userId'] },
})

/** Challenges: each is removed in the commit of what it allows. */
export const passkeyChallenges = defineTable({
  name: 'passkey_challenges',
  columns: {
    /** The challenge, base64url: 32 random bytes and, to use a signing method, 32 bytes that bind the request. */
    challenge: text(86),
    tenant: text(64),
    purpose: text(8),
    /** Null if whoever signs in is not known yet. */
    userId: nullable(text(36)),
    /** Input of the PRF extension for a new passkey; null otherwise. */
    prfSalt: nullable(bytes(32)),
    expiresAt: integer(),
  },
  key: ['challenge'],
  indexes: { byExpiry: ['expiresAt'], byUser: ['userId'] },
})

/** A row of the passkeys table. */
export type PasskeyRow = RowOf<typeof passkeyCredentials>
/** A row of the challenges table. */
export type ChallengeRow = RowOf<typeof passkeyChallenges>
