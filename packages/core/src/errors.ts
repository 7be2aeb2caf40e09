/**
 * Every failure that Billfold names, with the HTTP status it has unless an API's document says otherwise and a message
 * that is safe to show to anybody.
 */
export const errorTable = {
  'input.invalid': { status: 400, message: 'The request is not valid' },
  'body.malformed': { status: 400, message: 'The body cannot be parsed' },
  'body.too-large': { status: 413, message: 'The body is larger than this route takes' },
  'body.too-slow': { status: 408, message: 'The body did not arrive in time' },
  'body.unsupported-type': { status: 415, message: 'The content type is not one that this route takes' },
  'body.raw-unavailable': {
    status: 501,
    message: 'The host has a body parser that does not keep the raw body, which this request needs',
  },
  'caller.unauthenticated': { status: 401, message: 'Authentication is missing or not valid' },
  'caller.forbidden': { status: 403, message: 'The caller may not do this' },
  'route.not-found': { status: 404, message: 'There is no such route' },
  'route.method-not-allowed': { status: 405, message: 'The route does not take this method' },
  'request.closed': { status: 499, message: 'The client closed the request' },
  'request.replayed': { status: 409, message: 'The request was used before' },
  'rate.limited': { status: 429, message: 'Too many requests, try again later' },
  'server.busy': { status: 429, message: 'The server is busy, try again later' },
  'storage.unavailable': { status: 503, message: 'The storage cannot be reached, try again later' },
  'storage.schema': { status: 503, message: 'The database schema is not the one that this version needs' },
  'storage.refused': { status: 409, message: 'The rows have changed meanwhile, try again' },
  'keyring.unknown-key': { status: 503, message: 'A key that sealed this value is not in the keyring' },
  'keyring.unavailable': { status: 503, message: 'The keyring cannot be reached, try again later' },
  'keyring.invalid': { status: 500, message: 'The keyring is not valid' },
  'sealed.invalid': { status: 500, message: 'A sealed value cannot be opened' },
  'audit.unvouched': {
    status: 500,
    message: 'No key of the keyring vouches for the newest link of the audit trail: verify it',
  },
  'token.invalid': { status: 401, message: 'The token is not valid' },
  'token.expired': { status: 401, message: 'The token has expired' },
  'crypto.invalid-key': { status: 400, message: 'The key is not valid' },
  'crypto.invalid-signature': { status: 400, message: 'The signature is not valid' },
  'user.unknown': { status: 404, message: 'There is no such user' },
  'user.full': { status: 400, message: 'The user has as many of these as one user may have' },
  'service-key.unknown': { status: 404, message: 'There is no such service key' },
  'licence.unknown': { status: 404, message: 'There is no such licence' },
  'envelope.invalid': { status: 400, message: 'The request cannot be decrypted' },
  'envelope.invalid-key': { status: 400, message: 'The key is not one that this service takes' },
  'envelope.required': { status: 400, message: 'The data must be encrypted' },
  'request-id.stale': { status: 401, message: 'The request id is not of this time' },
  'verifier.unavailable': { status: 503, message: 'Faces cannot be checked now, try again later' },
  'verification-configuration.unknown': { status: 400, message: 'There is no such verification configuration' },
  'verification-configuration.exists': { status: 409, message: 'There is a verification configuration with this tag' },
  'selfie.invalid': { status: 400, message: 'The image is not one that can be used' },
  'selfie.too-large': { status: 413, message: 'The image is larger than is taken' },
  'liveness.required': { status: 400, message: 'A liveness check is needed: start one, and send what it asks for' },
  'selfie.unclear': { status: 400, message: 'Nobody can tell whose face it is, try again' },
  'face.not-enrolled': { status: 409, message: 'The user has no enrolled face that goes with this' },
  'face-check.unknown': { status: 404, message: 'There is no such face check, or it was used or has expired' },
  'face.unknown': { status: 404, message: 'Nobody was recognised' },
  'gallery.full': { status: 400, message: 'The community has as many faces as one may have' },
  'session.unknown': { status: 404, message: 'There is no such session' },
  'session.expired': { status: 410, message: 'The session has expired' },
  'session.step': { status: 400, message: 'The session is not at this step' },
  'session.elsewhere': { status: 403, message: 'The session goes on elsewhere' },
  'session.no-attempts-left': { status: 400, message: 'The session has no attempts left' },
  'session.no-user': { status: 400, message: 'The session names no user, and its configuration does not look for one' },
  'session.pending': { status: 404, message: 'The session has no response yet' },
  'session.failed': { status: 400, message: 'The session has ended without success' },
  'session-url.refused': { status: 400, message: 'The session URL cannot be used' },
  'login.second-factor': { status: 403, message: 'A trusted device, or an earlier login, must stand for the face' },
  'device.invalid': { status: 401, message: 'The device has not shown its key' },
  'device.unknown': { status: 404, message: 'There is no such device' },
  'wallet.unknown': { status: 404, message: 'There is no such wallet' },
  'wallet.linked': { status: 409, message: 'The wallet has a user already' },
  'wallet.archived': { status: 400, message: 'The wallet is archived' },
  'wallet.import.duplicate': { status: 409, message: 'A wallet with this address is there already' },
  'wallet.import.unsupported-type': { status: 400, message: 'The kind of import is not one that the chain has' },
  'did.invalid': { status: 400, message: 'This is not a DID of a method that is known here' },
  'did.unknown-network': { status: 400, message: 'The network of the DID is not one that is configured' },
  'did.change-stale': { status: 409, message: 'The entry of the DID has changed meanwhile, try again' },
  'did.too-many-changes': { status: 400, message: 'The DID has more changes than are read' },
  'did.not-a-registry': { status: 400, message: 'There is no registry of ERC-1056 at this address' },
  'did.api-url-not-allowed': { status: 400, message: 'The API URL is not one that the host allows' },
  'keystore.invalid': { status: 400, message: 'The keystore is not one that can be read' },
  'keystore.too-costly': { status: 400, message: 'The keystore asks for more work than is done for one' },
  'keystore.wrong-password': { status: 400, message: 'The password does not open the keystore' },
  'chain.unsupported': { status: 400, message: 'The chain is not one that is configured' },
  'transaction.chain-unavailable': { status: 503, message: 'No node of the chain can be used now; nothing was sent' },
  'transaction.insufficient-funds': { status: 400, message: 'The wallet has not enough funds' },
  'transaction.refused': { status: 400, message: 'The node refuses the transaction' },
  'transaction.reverted': { status: 400, message: 'The contract refuses the transaction' },
  'transaction.replaced': { status: 409, message: 'Another transaction has used the nonce; nothing was sent' },
  'transaction.unsupported-type': { status: 400, message: 'The kind of transaction is not one that the chain has' },
  'idempotency-key.reused': { status: 422, message: 'The idempotency key was used for another request' },
  'idempotency-key.in-progress': {
    status: 409,
    message: 'A request with this idempotency key is running, try again later',
  },
  'idempotency-key.unanswered': {
    status: 409,
    message: 'A request with this idempotency key was begun, and how it ended is not known: look what is there',
  },
  'signature.raw-off': {
    status: 403,
    message: 'Raw signatures are off; the option custody.rawSignatures of the host turns them on',
  },
  'signature.unsupported-type': { status: 400, message: 'The kind of signature is not one that the chain has' },
  'signing-method.unknown': { status: 404, message: 'There is no such signing method' },
  'signing-method.required': { status: 403, message: 'A signing method is required' },
  'signing-method.pin-first': { status: 400, message: 'The first signing method must be a PIN' },
  'signing-method.exists': { status: 409, message: 'The user has a signing method of this type already' },
  'signing-method.not-another': { status: 403, message: 'Another signing method of the same user must authorise this' },
  'signing-method.pin-kept': { status: 400, message: 'A PIN cannot be deleted' },
  'signing-method.value-invalid': {
    status: 400,
    message: 'The value is not one that this type of signing method takes',
  },
  'signing-method.unsupported-type': {
    status: 400,
    message: 'The type of signing method is not one that is configured',
  },
  'signing-method.no-verifier': {
    status: 501,
    message: 'There is no biometric verifier; the option authentication.verifier of the host names one',
  },
  'signing-method.no-face': { status: 400, message: 'The signing method is not one that takes a face' },
  'signing-method.invalid': { status: 403, message: 'The signing method is not valid' },
  'signing-method.locked': { status: 403, message: 'The signing method is locked' },
  'pincode.incorrect': { status: 403, message: 'The pincode is incorrect' },
  'pincode.no-tries-left': { status: 403, message: 'The pincode has no tries left' },
  'login.refused': { status: 401, message: 'The challenge was not answered, or it was answered before' },
  'file.unknown': { status: 404, message: 'There is no such file' },
  'file.unsupported-type': { status: 415, message: 'The file is not of a type that is taken' },
  'file.too-many': { status: 429, message: 'There are as many files, or bytes, as one wallet may keep' },
  'template.unknown': { status: 404, message: 'There is no such template' },
  'application.unknown': { status: 404, message: 'There is no such application' },
  'application.moved': { status: 409, message: 'The application is not in a state that leads there' },
  'identity.unknown': { status: 404, message: 'There is no such identity wallet' },
  'identity.alias-taken': { status: 409, message: 'Another identity wallet has this alias' },
  'identity.alias-invalid': { status: 422, message: 'An alias has 1 to 128 characters and is no other DID' },
  'identity.read-only': { status: 403, message: 'The DID belongs to a key that is not held here' },
  'identity.configuring': { status: 409, message: 'The DID is being configured otherwise, try again later' },
  'identity.step-pending': { status: 503, message: 'A change was sent and is not confirmed yet, repeat the request' },
  'identity.step-failed': { status: 502, message: 'A change could not be made, repeat the request to try again' },
  'did-auth.invalid': { status: 403, message: 'The x-did-auth token is not valid' },
  'did-auth.forbidden': { status: 403, message: 'The x-did-auth token does not control this DID' },
  'vault.unknown': { status: 404, message: 'There is no such vault' },
  'vault.mpc-unavailable': { status: 501, message: 'There is no threshold signer for MPC vaults' },
  'field.missing': { status: 400, message: 'A field cannot be null or an empty string' },
  'field.encryption-required': { status: 403, message: 'The fields must be encrypted' },
  'field.undecipherable': { status: 400, message: 'An encrypted field cannot be opened' },
  'date.invalid': { status: 400, message: 'The date is not one of the form YYYY-MM-DD' },
  'amount.invalid': { status: 400, message: 'The amount is not valid' },
  'user.exists': { status: 409, message: 'There is such a user already' },
  'contact.unverified': { status: 403, message: 'Email and phone cannot be changed without verifying them' },
  'password.unfit': { status: 400, message: 'The password is too short, too long or too common' },
  'password.incorrect': { status: 401, message: 'The email or the password is not correct' },
  'pin.unfit': { status: 400, message: 'The PIN has 4 to 19 characters' },
  'pin.incorrect': { status: 403, message: 'The PIN is not correct' },
  'pin.authority-required': { status: 403, message: 'Replacing a PIN needs the old one or the password' },
  'ledger.insufficient-funds': { status: 400, message: 'There is not enough money' },
  'ledger.unbalanced': { status: 400, message: 'The legs of a transfer must be 2 to 16 accounts and sum to zero' },
  'ledger.transfer-reused': { status: 409, message: 'The id was used for another transfer' },
  'ledger.hold-unknown': { status: 404, message: 'There is no such hold' },
  'ledger.held': { status: 400, message: 'What is held is moved by the end of its hold alone' },
  'ledger.hold-ended': { status: 409, message: 'The hold has ended' },
  'payment.unknown': { status: 404, message: 'There is no such payment' },
  'payment.external': { status: 400, message: 'The receiver is not registered' },
  'payment.to-self': { status: 400, message: 'Nobody pays themselves' },
  'payment.pending-exists': { status: 409, message: 'Another payment is pending' },
  'payment.sender-unknown': { status: 404, message: 'The sender is not registered' },
  'payment.proof-required': { status: 403, message: 'A proof of the registered key is required' },
  'reference.reused': { status: 422, message: 'The reference was used for something else' },
  'transaction.unknown': { status: 404, message: 'There is no such transaction' },
  'transaction.mismatch': { status: 400, message: 'The amount is not that of the transaction' },
  'transaction.ended': { status: 409, message: 'The transaction has ended otherwise' },
  'subscription.exists': { status: 409, message: 'The user has a subscription already' },
  'subscription.unknown': { status: 404, message: 'The user has no subscription' },
  'subscription.invalid': { status: 400, message: 'The subscription is not valid' },
  'webhook.unknown': { status: 404, message: 'There is no such endpoint' },
  'webhook.url-refused': { status: 400, message: 'The URL is not one that events may be sent to' },
  'webhook.too-many': { status: 400, message: 'There are as many endpoints as one tenant may have' },
  'webhook.events-off': { status: 501, message: 'No events are kept; the option events of the host is false' },
  'webhook.invalid': { status: 400, message: 'The webhook is not signed with the secret, or not of this time' },
  unexpected: { status: 500, message: 'Something went wrong' },
} as const satisfies Record<string, { status: number; message: string }>

/** The code of a {@link BillfoldError}: stable, and the one thing to branch on. */
export type ErrorCode = keyof typeof errorTable

/** One thing that is wrong with an input: the path of the field, dotted, and what is wrong with it. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** What an error carries beside its code. Everything here but `cause` may be shown to the caller. */
export interface ErrorDetails {
  readonly message?: string
  readonly issues?: readonly Issue[]
  readonly retryAfterSeconds?: number
  readonly allow?: readonly string[]
  /** What went wrong underneath: for the log only. */
  readonly cause?: unknown
}

/**
 * The one error class of Billfold. Match it by `name` and `code`, or with {@link isBillfoldError}: `instanceof` fails where
 * two copies of the package are installed.
 */
export class BillfoldError extends Error {
  override readonly name = 'BillfoldError'
  readonly code: ErrorCode
  /** The HTTP status an API gives it unless its document says otherwise. */
  readonly status: number
  readonly issues: readonly Issue[]
  readonly retryAfterSeconds: number | undefined
  /** The methods that a route takes, on `route.method-not-allowed`. */
  readonly allow: readonly string[] | undefined

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.message ?? errorTable[code].message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.status = errorTable[code].status
    this.issues = details.issues ?? []
    this.retryAfterSeconds = details.retryAfterSeconds
    this.allow = details.allow
  }
}

/**
 * Whether a thrown value is a {@link BillfoldError}, of this or of another installed copy, with this code where one is given.
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, isBillfoldError, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * try {
 *   await billfold.users.erase('01890a5d-ac96-774b-bcce-b302099a8057')
 * } catch (error) {
 *   if (!isBillfoldError(error, 'user.unknown')) throw error
 * }
 * ```
 */
export function isBillfoldError(error: unknown, code?: ErrorCode): error is BillfoldError {
  return (
    error instanceof Error &&
    error.name === 'BillfoldError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  )
}
