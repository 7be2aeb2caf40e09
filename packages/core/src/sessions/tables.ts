import { boolean, bytes, defineTable, integer, nullable, text } from '../storage/index.ts'

/** Authentication sessions: state machines whose every step is one guarded commit. */
export const authenticationSessions = defineTable({
  name: 'auth_sessions',
  columns: {
    id: text(36),
    tenant: text(64),
    community: text(128),
    /** Id or tag of the verification configuration; null for the one tagged `default`. */
    configuration: nullable(text(128)),
    /** `authenticate` or `enroll`. */
    purpose: text(16),
    /** `created`, `opened`, `face_verified`, `succeeded` or `failed`. */
    state: text(16),
    /** Counts every change of state. */
    version: integer(),
    /** The licence or service key that made it, `host`, or null for one of another session service. */
    creatorId: nullable(text(64)),
    /** The public key of who made it: base64 of X and Y. */
    creatorKey: nullable(text(88)),
    /** Separated by spaces. */
    scopes: text(512),
    userId: nullable(text(36)),
    /** Whether the host has given its word that the user may enrol a face. */
    vouched: boolean(),
    /** Origin, authtype, metadata: sealed by the keyring. */
    sealedDetails: bytes(),
    /** SHA-256 of the URL of a session of another service, base64url. */
    sourceHash: nullable(text(43)),
    /** SHA-256 of the secret in the cookie of the browser that opened it, base64url. */
    browserHash: nullable(text(43)),
    /** X of the public key that takes its steps, base64url. */
    callerKey: nullable(text(43)),
    /** Thumbprint of the device key that was shown with the face. */
    device: nullable(text(43)),
    faceAttempts: integer(),
    pinAttempts: integer(),
    /** What the verifier wants to see again with the evidence; null once it was used. */
    sealedLiveness: nullable(bytes(8192)),
    /** Counts liveness checks started and used, so that each is used once. */
    livenessRound: integer(),
    /** Why it failed, in one word. */
    failure: nullable(text(64)),
    createdAt: integer(),
    expiresAt: integer(),
    endedAt: nullable(integer()),
  },
  key: ['id'],
  unique: { bySource: ['tenant', 'sourceHash'] },
  indexes: { byExpiry: ['expiresAt'] },
})

/** What a session keeps beside its state, each sealed by the keyring: device info, templates to enrol, a selfie, the result, the trust it stands on. */
export const sessionValues = defineTable({
  name: 'session_values',
  columns: { sessionId: text(36), name: text(32), tenant: text(64), sealedValue: bytes(), expiresAt: integer() },
  key: ['sessionId', 'name'],
  indexes: { byExpiry: ['expiresAt'] },
})

/** Face attempts: counted before the verifier runs, and what came of them. */
export const faceAttempts = defineTable({
  name: 'face_attempts',
  columns: {
    id: text(36),
    tenant: text(64),
    sessionId: text(36),
    at: integer(),
    /** What the verifier decided; null while it runs, and for ever where its process died. */
    decision: nullable(text(16)),
    /** Separated by spaces. */
    reasons: nullable(text(256)),
    model: nullable(text(200)),
    /** What the camera and the device said about themselves, sealed by the keyring. */
    sealedInputs: bytes(),
  },
  key: ['id'],
  indexes: { bySession: ['sessionId', 'id'], byTime: ['at'] },
})
