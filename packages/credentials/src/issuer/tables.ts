import { boolean, bytes, defineTable, integer, nullable, type RowOf, text } from '@billfold/core/storage'

/** Credential Offers. What an offer holds is sealed; its secrets are hashed for look-up. */
export const credentialOffers = defineTable({
  name: 'credential_offers',
  columns: {
    id: text(36),
    tenant: text(64),
    /** Ids of credential configurations, separated by spaces. */
    configurations: text(8192),
    /** The user whom the credentials are about; null if there is none. */
    userId: nullable(text(36)),
    /** The approved application whose attributes are issued; null if there is none. */
    applicationId: nullable(text(36)),
    /** The application of an open offer; null once the offer has ended. So an application has one open offer, whatever comes at once. */
    openApplicationId: nullable(text(36)),
    /** Claims, codes and what the offer says about its transaction code: JSON, sealed by the keyring. */
    sealedContent: bytes(),
    /** SHA-256 of the secret in the URL of the offer, base64url. */
    refHash: text(43),
    /** SHA-256 of the pre-authorized code, base64url; null without that grant. */
    codeHash: nullable(text(43)),
    /** SHA-256 of `issuer_state`, base64url; null without the authorization code grant. */
    issuerStateHash: nullable(text(43)),
    /** Keyed hash of the transaction code; null if none is needed. */
    txCode: nullable(text(43)),
    attemptsLeft: integer(),
    /** `open`, then `redeemed`, `locked` or `revoked`. */
    state: text(8),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: {
    byRef: ['refHash'],
    byCode: ['codeHash'],
    byIssuerState: ['issuerStateHash'],
    byOpenApplication: ['tenant', 'openApplicationId'],
  },
  indexes: {
    byExpiry: ['expiresAt'],
    byUser: ['tenant', 'userId'],
    byApplication: ['tenant', 'applicationId'],
  },
})

/** Pushed authorization requests (RFC 9126), and the codes that they end in. */
export const authorizationRequests = defineTable({
  name: 'authorization_requests',
  columns: {
    id: text(36),
    tenant: text(64),
    clientId: text(2048),
    /** The request, and then whom `authorize` named: JSON, sealed by the keyring. */
    sealedBody: bytes(),
    /** RFC 7638 thumbprint of the DPoP key that the code is bound to. */
    jkt: nullable(text(43)),
    /** SHA-256 of the secret in `request_uri`, base64url. */
    requestUriHash: text(43),
    /** SHA-256 of the secret in the cookie of the consent page, base64url. */
    browserHash: nullable(text(43)),
    /** SHA-256 of the authorization code, base64url. */
    codeHash: nullable(text(43)),
    /** The user whom `authorize` named. */
    userId: nullable(text(36)),
    /** The grant that the code has made. */
    grantId: nullable(text(36)),
    /** `pushed`, `shown`, `coded`, then `redeemed` or `denied`. */
    state: text(8),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byRequestUri: ['requestUriHash'], byCode: ['codeHash'] },
  indexes: { byExpiry: ['expiresAt'], byUser: ['tenant', 'userId'] },
})

/** What one access token, and those that replace it, may issue. */
export const issuanceGrants = defineTable({
  name: 'issuance_grants',
  columns: {
    id: text(36),
    tenant: text(64),
    /** The offer that was redeemed; null if a wallet began by itself. */
    offerId: nullable(text(36)),
    /** Ids of credential configurations, separated by spaces. */
    configurations: text(8192),
    /** True if the token response named them as `credential_identifiers`. */
    hasIdentifiers: boolean(),
    userId: nullable(text(36)),
    applicationId: nullable(text(36)),
    /** Claims that were given with the offer: JSON, sealed by the keyring; null if the type computes them. */
    sealedDataset: nullable(bytes()),
    /** RFC 7638 thumbprint of the DPoP key; null for Bearer tokens. */
    jkt: nullable(text(43)),
    clientId: nullable(text(2048)),
    /** SHA-256 of the refresh token, base64url. */
    refreshHash: nullable(text(43)),
    /** Instances that may still be issued. */
    left: integer(),
    /** `active`, then `ended`. */
    state: text(6),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byRefresh: ['refreshHash'] },
  indexes: { byExpiry: ['expiresAt'], byUser: ['tenant', 'userId'], byOffer: ['offerId'] },
})

/** Credentials that wait for their dataset, with the public keys that they will be bound to. */
export const deferredCredentials = defineTable({
  name: 'deferred_credentials',
  columns: {
    id: text(36),
    tenant: text(64),
    grantId: text(36),
    configuration: text(64),
    /** JSON array of EC JWKs. */
    publicKeys: text(),
    /** SHA-256 of `transaction_id`, base64url. */
    transactionHash: text(43),
    /** `waiting`, then `issued` or `refused`. */
    state: text(7),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byTransaction: ['transactionHash'] },
  indexes: { byExpiry: ['expiresAt'], byGrant: ['grantId'] },
})

/** One row for each credential instance. The signed credential and its claims are not stored. */
export const issuedCredentials = defineTable({
  name: 'issued_credentials',
  columns: {
    id: text(36),
    tenant: text(64),
    grantId: text(36),
    /** The id of the credential type. */
    type: text(32),
    /** `dc+sd-jwt` or `mso_mdoc`. */
    format: text(9),
    /** Null once the user is erased. */
    userId: nullable(text(36)),
    applicationId: nullable(text(36)),
    /** Keyed hash of the thumbprint of the key that the instance is bound to: a key gets one instance. */
    keyHash: text(43),
    /** The status list, and the index in it; null if the type has no status. */
    listId: nullable(text(36)),
    listIndex: nullable(integer()),
    /** `valid`, `suspended` or `revoked`. */
    status: text(9),
    /** SHA-256 of `notification_id`, base64url; the instances of one response share it. */
    notificationHash: text(43),
    /** What the wallet has reported: `credential_accepted`, `credential_failure` or `credential_deleted`. */
    event: nullable(text(19)),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byKey: ['tenant', 'keyHash'], byIndex: ['listId', 'listIndex'] },
  indexes: {
    byGrant: ['grantId'],
    byUser: ['tenant', 'userId', 'id'],
    byApplication: ['tenant', 'applicationId', 'id'],
    byType: ['tenant', 'type', 'id'],
    byStatus: ['listId', 'status'],
    byNotification: ['notificationHash'],
  },
})

/** Status lists (Token Status List). The statuses themselves are those of the instances. */
export const statusLists = defineTable({
  name: 'status_lists',
  columns: {
    id: text(36),
    tenant: text(64),
    /** The last part of its URL: random, names nobody. */
    ref: text(22),
    /** Bits of one status: 1 or 2. */
    bits: integer(),
    /** How many indexes are used. */
    taken: integer(),
    /** Moves with every change of a status. */
    version: integer(),
    /** When the last of its instances expires. */
    lastExpiry: integer(),
    /** `open`, `full`, then `retired`. */
    state: text(7),
    /** Set while it is the one that takes new instances: tenant and bits. */
    current: nullable(text(67)),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byRef: ['ref'], byCurrent: ['current'] },
  indexes: { byState: ['state', 'lastExpiry'] },
})

/** Keys that Billfold makes by itself. */
export const credentialKeys = defineTable({
  name: 'credential_keys',
  columns: {
    id: text(36),
    tenant: text(64),
    /** `request-encryption`: wallets encrypt their credential requests to it. */
    use: text(32),
    /** PKCS #8, sealed by the keyring. */
    sealedPrivateKey: bytes(512),
    /** JSON of the public JWK. */
    publicKey: text(1024),
    notAfter: integer(),
    /** `current`, then `retired`: still accepted until `notAfter`. */
    state: text(7),
    /** Tenant and use while it is the current one; null once it is replaced. */
    current: nullable(text(97)),
    createdAt: integer(),
  },
  key: ['id'],
  unique: { byCurrent: ['current'] },
  indexes: { byExpiry: ['notAfter'] },
})

/** A row of the offers table. */
export type OfferRow = RowOf<typeof credentialOffers>
/** A row of the authorization requests table. */
export type AuthorizationRequestRow = RowOf<typeof authorizationRequests>
/** A row of the grants table. */
export type GrantRow = RowOf<typeof issuanceGrants>
/** A row of the deferred credentials table. */
export type DeferredRow = RowOf<typeof deferredCredentials>
/** A row of the issued credentials table. */
export type InstanceRow = RowOf<typeof issuedCredentials>
/** A row of the status lists table. */
export type StatusListRow = RowOf<typeof statusLists>
