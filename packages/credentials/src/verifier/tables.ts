import { bytes, defineTable, integer, nullable, type RowOf, text } from '@billfold/core/storage'

/** Requests for presentations, and what came back. */
export const presentationRequests = defineTable({
  name: 'presentation_requests',
  columns: {
    id: text(36),
    tenant: text(64),
    /** SHA-256 of the secret in the URLs of the request, base64url. */
    refHash: text(43),
    /** SHA-256 of the secret with which the host asks for the result, base64url. */
    transactionHash: text(43),
    /** SHA-256 of the response code, base64url; null before a response to a request on the same device, and once used. */
    codeHash: nullable(text(43)),
    /** Keyed hash of the session that the request was made for; null if none was named. */
    session: nullable(text(43)),
    /** Keyed hash of the wallet whose evidence the result becomes; null for other requests. */
    owner: nullable(text(43)),
    flow: text(16),
    /** Nonce, state, query and decryption key as JSON, sealed. */
    sealedBody: bytes(),
    /** The result as JSON, sealed; null until there is one. */
    sealedResult: nullable(bytes()),
    /** The presentations as they came, sealed; null unless the host retains evidence. */
    sealedPresentation: nullable(bytes()),
    /** `open`, `verified`, `released`, `refused`, `declined`. */
    state: text(16),
    createdAt: integer(),
    /** When the request, or its result, is over. */
    expiresAt: integer(),
    /** When the row is deleted. */
    retainUntil: integer(),
  },
  key: ['id'],
  unique: { byRef: ['refHash'], byTransaction: ['transactionHash'] },
  indexes: { byExpiry: ['expiresAt'], byRetention: ['retainUntil'], byOwner: ['tenant', 'owner'] },
})

/** Attributes that a wallet's owner has presented, to be used in an application. */
export const presentedEvidence = defineTable({
  name: 'presented_evidence',
  columns: {
    id: text(36),
    tenant: text(64),
    /** Keyed hash of the wallet, as in applications. */
    owner: text(43),
    /** The template that it was presented for, as JSON: its id is text or a number. */
    template: text(512),
    /** The request for it. */
    request: text(36),
    /** Attributes and issuers as JSON, sealed. */
    sealedAttributes: bytes(),
    /** `unused`, `used`. */
    state: text(16),
    /** The application that has used it. */
    application: nullable(text(36)),
    createdAt: integer(),
    expiresAt: integer(),
  },
  key: ['id'],
  unique: { byRequest: ['request'] },
  indexes: { byOwner: ['tenant', 'owner'], byExpiry: ['expiresAt'] },
})

/** A row of the requests table. */
export type PresentationRequestRow = RowOf<typeof presentationRequests>
/** A row of the evidence table. */
export type EvidenceRow = RowOf<typeof presentedEvidence>
