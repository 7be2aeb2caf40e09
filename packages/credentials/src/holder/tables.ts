import { boolean, bytes, defineTable, integer, nullable, type RowOf, text } from '@billfold/core/storage'

/** The roots that a user's credential keys are derived from, each with the key that credentials are sealed to. */
export const holderSecrets = defineTable({
  name: 'holder_secrets',
  columns: {
    id: text(36),
    tenant: text(64),
    ownerId: text(36),
    /** From 1. */
    number: integer(),
    /** The generation of the master secret that seals it. */
    generation: integer(),
    /** 32 random bytes, sealed under the master secret. */
    sealedRoot: bytes(128),
    /** X25519 private key, sealed under the master secret. */
    sealedBoxKey: bytes(128),
    /** X25519 public key: what comes later is sealed to it without the user. */
    publicKey: bytes(32),
    /** Keyed hash of owner and public key, so that nobody with the database alone replaces it. */
    publicKeyTag: text(43),
    /** False once the master secret was replaced: a new row begins. */
    isCurrent: boolean(),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byNumber: ['ownerId', 'number'] },
})

/** Credential Offers that a user has resolved. */
export const holderOffers = defineTable({
  name: 'holder_offers',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** The offer and the metadata of its issuer: JSON, sealed by the keyring. */
    sealedOffer: bytes(),
    /** `resolved`, `accepting`, then `accepted`, `pending`, `declined` or `failed`. */
    state: text(9),
    /** One of the user's places for open offers; null once it is not `resolved` any more. */
    slot: nullable(integer()),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { bySlot: ['userId', 'slot'] },
  indexes: { byUser: ['userId', 'state'], byExpiry: ['expiresAt'] },
})

/** Issuances that go on without the user, or after the user's browser returns: with the tokens and keys of their own. */
export const holderIssuances = defineTable({
  name: 'holder_issuances',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    offerId: text(36),
    /** Tokens, DPoP key and what is waited for: JSON, sealed by the keyring. */
    sealedContent: bytes(),
    /** `authorizing`, `waiting`, then `done` or `failed`; `renewing` as long as its refresh token renews a credential. */
    state: text(11),
    nextPollAt: integer(),
    /** A process that polls has claimed it until then. */
    claimedUntil: integer(),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  indexes: { byUser: ['userId'], byPoll: ['state', 'nextPollAt'], byExpiry: ['expiresAt'] },
})

/** Credentials of users. Their values are in the instances. */
export const heldCredentials = defineTable({
  name: 'held_credentials',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** `dc+sd-jwt` or `mso_mdoc`. */
    format: text(9),
    /** `vct` or document type. */
    type: text(512),
    /** Issuer, display and names of claims, without values: JSON, sealed by the keyring. */
    sealedDescription: bytes(),
    /** `once`: an instance is shown to one verifier, once; `any`: as often as the user wants. */
    use: text(4),
    /** The issuance that renews its instances; null if the issuer gives no refresh token. */
    issuanceId: nullable(text(36)),
    /** One of the user's places for credentials. */
    slot: integer(),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { bySlot: ['userId', 'slot'] },
  indexes: { byUser: ['userId', 'id'], byExpiry: ['expiresAt'] },
})

/** Instances of credentials, each bound to a key of its own. */
export const heldInstances = defineTable({
  name: 'held_instances',
  columns: {
    /** Also what its key is derived from. */
    id: text(36),
    tenant: text(64),
    userId: text(36),
    credentialId: text(36),
    /** The row of `holder_secrets` that its key is derived from, and that it is sealed to. */
    secretId: text(36),
    /** The signed credential, sealed to the public key of the secret (HPKE). */
    sealedCredential: bytes(),
    /** The request that it was taken for. */
    requestId: nullable(text(36)),
    /** `held`, `taken`, then `shown`. */
    state: text(5),
    createdAt: integer(),
  },
  key: ['id'],
  indexes: {
    byCredential: ['credentialId', 'state'],
    byUser: ['userId'],
    byRequest: ['requestId'],
    bySecret: ['secretId'],
  },
})

/** Requests of verifiers that a user has received. */
export const receivedRequests = defineTable({
  name: 'received_requests',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** The authenticated request: JSON, sealed by the keyring. */
    sealedRequest: bytes(),
    /** Keyed hash of verifier and nonce: a request is answered once. */
    once: text(43),
    /** `resolved`, `answering`, then `answered`, `declined` or `failed`. */
    state: text(9),
    /** One of the user's places for open requests; null once it is not `resolved` any more. */
    slot: nullable(integer()),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byOnce: ['userId', 'once'], bySlot: ['userId', 'slot'] },
  indexes: { byExpiry: ['expiresAt'] },
})

/** What a user has presented, to whom. */
export const presentationLog = defineTable({
  name: 'presentation_log',
  columns: {
    id: text(36),
    tenant: text(64),
    userId: text(36),
    /** Verifier, credentials, names of claims and outcome: JSON, sealed by the keyring. */
    sealedEntry: bytes(),
    createdAt: integer(),
  },
  key: ['id'],
  indexes: { byUser: ['userId', 'id'] },
})

/** A row of the secrets table. */
export type HolderSecretRow = RowOf<typeof holderSecrets>
/** A row of the offers table. */
export type HolderOfferRow = RowOf<typeof holderOffers>
/** A row of the issuances table. */
export type HolderIssuanceRow = RowOf<typeof holderIssuances>
/** A row of the credentials table. */
export type HeldCredentialRow = RowOf<typeof heldCredentials>
/** A row of the instances table. */
export type HeldInstanceRow = RowOf<typeof heldInstances>
/** A row of the requests table. */
export type ReceivedRequestRow = RowOf<typeof receivedRequests>
