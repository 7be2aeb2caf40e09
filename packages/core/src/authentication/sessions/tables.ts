import { boolean, bytes, defineTable, integer, nullable, text } from '../../kernel/storage/index.ts'

/** Authentication sessions. Every state transition is one conditional commit. */
export const authenticationSessions = defineTable({
  name: 'auth_sessions',
  columns: {
    id: text(36),
    tenant: text(64),
    community: text(128),
    /** Id or tag of the verification configuration; null for the tag `default`. */
    configuration: nullable(text(128)),
    /** `authenticate` or `enroll`. */
    purpose: text(16),
    /** `created`, `started`, `face_verified`, `succeeded` or `failed`. */
    state: text(16),
    /** Incremented by every state transition. */
    version: integer(),
    /** The licence or service key that created the session, `host`, or null for an imported session. */
    creatorId: nullable(text(64)),
    /** The creator's public key: base64 of X and Y. */
    creatorKey: nullable(text(88)),
    /** Space-separated. */
    scopes: text(512),
    userId: nullable(text(36)),
    /** True if the host has verified the user's identity, so that a face can be enrolled without a second factor. */
    identityVerified: boolean(),
    /** Origin, authtype and metadata, sealed by the keyring. */
    sealedDetails: bytes(),
    /** SHA-256 of the URL of an imported session, base64url. */
    sourceHash: nullable(text(43)),
    /** SHA-256 of the secret in the browser's session cookie, base64url. */
    browserHash: nullable(text(43)),
    /** The X coordinate of the public key of the client that runs its steps, base64url. */
    callerKey: nullable(text(43)),
    /** Thumbprint of the device key that was proved with the face. */
    device: nullable(text(43)),
    faceAttempts: integer(),
    pinAttempts: integer(),
    /** The verifier's state of the running liveness check, sealed; null once consumed. */
    sealedLiveness: nullable(bytes(8192)),
    /** Incremented when a liveness check is started or consumed, so that each is used once. */
    livenessRound: integer(),
    /** The one-word reason of a failure. */
    failure: nullable(text(64)),
    createdAt: integer(),
    expiresAt: integer(),
    endedAt: nullable(integer()),
  },
  key: ['id'],
  unique: { bySource: ['tenant', 'sourceHash'] },
  indexes: { byExpiry: ['expiresAt'] },
})

/** Values stored with a session, each sealed by the keyring: device info, templates to enrol, selfie, scores, trusted device. */
export const sessionValues = defineTable({
  name: 'session_values',
  columns: { sessionId: text(36), name: text(32), tenant: text(64), sealedValue: bytes(), expiresAt: integer() },
  key: ['sessionId', 'name'],
  indexes: { byExpiry: ['expiresAt'] },
})

/** Face attempts, counted before the verifier runs, and their outcomes. */
export const faceAttempts = defineTable({
  name: 'face_attempts',
  columns: {
    id: text(36),
    tenant: text(64),
    sessionId: text(36),
    /** The user whom the session names; null if it looks for one. */
    userId: nullable(text(36)),
    at: integer(),
    /** The verifier's decision; null while it runs, and permanently if the process died. */
    decision: nullable(text(16)),
    /** Space-separated. */
    reasons: nullable(text(256)),
    model: nullable(text(200)),
    /** Information reported by the camera and the device, sealed by the keyring. */
    sealedInputs: bytes(),
  },
  key: ['id'],
  indexes: { bySession: ['sessionId', 'id'], byUser: ['userId', 'id'], byTime: ['at'] },
})
