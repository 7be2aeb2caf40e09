/**
 * All error codes of Billfold, each with its default HTTP status and a message that is safe to show to any caller. An API
 * may map a code to another status where its document prescribes one.
 */
export const errorTable = {
  'input.invalid': { status: 400, message: 'Invalid request' },
  'body.malformed': { status: 400, message: 'Malformed request body' },
  'body.too-large': { status: 413, message: 'Request body too large' },
  'body.too-slow': { status: 408, message: 'The request body did not arrive in time' },
  'body.unsupported-type': { status: 415, message: 'Unsupported content type' },
  'body.raw-unavailable': {
    status: 501,
    message: "The host's body parser did not retain the raw body, which this request requires",
  },
  'caller.unauthenticated': { status: 401, message: 'Missing or invalid authentication' },
  'caller.forbidden': { status: 403, message: 'The caller is not allowed to do this' },
  'route.not-found': { status: 404, message: 'Route not found' },
  'route.method-not-allowed': { status: 405, message: 'Method not allowed on this route' },
  'request.closed': { status: 499, message: 'The client closed the request' },
  'request.replayed': { status: 409, message: 'This request was already used' },
  'rate.limited': { status: 429, message: 'Too many requests, try again later' },
  'server.busy': { status: 429, message: 'Server busy, try again later' },
  'storage.unavailable': { status: 503, message: 'Storage unavailable, try again later' },
  'storage.schema-mismatch': { status: 503, message: 'The database schema does not match this version' },
  'storage.conflict': { status: 409, message: 'Conflict with a concurrent change, try again' },
  'keyring.unknown-key': { status: 503, message: 'The key that sealed this value is not in the keyring' },
  'keyring.unavailable': { status: 503, message: 'Keyring unavailable, try again later' },
  'keyring.invalid': { status: 500, message: 'Invalid keyring' },
  'sealed.invalid': { status: 500, message: 'A sealed value cannot be opened' },
  'audit.chain-untrusted': {
    status: 500,
    message: 'The newest link of the audit log cannot be verified with any key of the keyring: run a verification',
  },
  'token.invalid': { status: 401, message: 'Invalid token' },
  'token.expired': { status: 401, message: 'The token has expired' },
  'crypto.invalid-key': { status: 400, message: 'Invalid key' },
  'crypto.invalid-signature': { status: 400, message: 'Invalid signature' },
  'user.not-found': { status: 404, message: 'User not found' },
  'user.limit-reached': { status: 400, message: 'Limit reached for this user' },
  'service-key.not-found': { status: 404, message: 'Service key not found' },
  'licence.not-found': { status: 404, message: 'Licence not found' },
  'channel.invalid': { status: 400, message: 'The request cannot be decrypted' },
  'channel.invalid-key': { status: 400, message: 'Invalid public key for the secure channel' },
  'channel.required': { status: 400, message: 'The data must be encrypted' },
  'request-id.outside-window': { status: 401, message: 'The request id timestamp is outside the allowed window' },
  'verifier.unavailable': { status: 503, message: 'Face verification unavailable, try again later' },
  'verification-configuration.not-found': { status: 400, message: 'Verification configuration not found' },
  'verification-configuration.exists': {
    status: 409,
    message: 'A verification configuration with this tag already exists',
  },
  'selfie.invalid': { status: 400, message: 'The image cannot be used' },
  'selfie.too-large': { status: 413, message: 'Image too large' },
  'liveness.required': {
    status: 400,
    message: 'A liveness check is required: start one and submit the frames it asks for',
  },
  'face.inconclusive': { status: 400, message: 'The face could not be verified, try again' },
  'face.not-enrolled': { status: 409, message: 'No matching face is enrolled for this user' },
  'face-check.not-found': { status: 404, message: 'Face check not found, already used, or expired' },
  'face.not-found': { status: 404, message: 'No matching face found' },
  'gallery.limit-reached': { status: 400, message: 'Limit of enrolled faces reached for this community' },
  'session.not-found': { status: 404, message: 'Session not found' },
  'session.expired': { status: 410, message: 'The session has expired' },
  'session.invalid-state': { status: 400, message: 'The session is not in a state that allows this step' },
  'session.wrong-client': { status: 403, message: 'The session is bound to another client' },
  'session.no-attempts-left': { status: 400, message: 'The session has no attempts left' },
  'session.no-user': { status: 400, message: 'The session has no user, and its configuration does not identify one' },
  'session.pending': { status: 404, message: 'The session has no response yet' },
  'session.failed': { status: 400, message: 'The session ended without success' },
  'session-url.rejected': { status: 400, message: 'This session URL is not allowed' },
  'login.second-factor-required': {
    status: 403,
    message: 'The face needs a second factor: a trusted device or an earlier login',
  },
  'device.invalid-proof': { status: 401, message: 'Invalid proof of the device key' },
  'device.not-found': { status: 404, message: 'Device not found' },
  'wallet.not-found': { status: 404, message: 'Wallet not found' },
  'wallet.already-linked': { status: 409, message: 'The wallet is already linked to a user' },
  'wallet.archived': { status: 400, message: 'The wallet is archived' },
  'wallet.import.duplicate': { status: 409, message: 'A wallet with this address already exists' },
  'wallet.import.unsupported-type': { status: 400, message: 'The chain does not support this kind of import' },
  'did.invalid': { status: 400, message: 'Invalid DID, or unsupported DID method' },
  'did.unknown-network': { status: 400, message: 'The network of the DID is not configured' },
  'did.update-conflict': { status: 409, message: 'The DID was changed concurrently, try again' },
  'did.history-too-long': { status: 400, message: 'The change history of the DID is too long' },
  'did.not-a-registry': { status: 400, message: 'No ERC-1056 registry at this address' },
  'did.api-url-not-allowed': { status: 400, message: 'This API URL is not allowed by the host' },
  'keystore.invalid': { status: 400, message: 'The keystore cannot be parsed' },
  'keystore.cost-too-high': { status: 400, message: 'The key derivation cost of the keystore is too high' },
  'keystore.wrong-password': { status: 400, message: 'Wrong keystore password' },
  'chain.unsupported': { status: 400, message: 'This chain is not configured' },
  'transaction.chain-unavailable': { status: 503, message: 'No node of the chain is available; nothing was sent' },
  'transaction.insufficient-funds': { status: 400, message: 'Insufficient funds in the wallet' },
  'transaction.rejected': { status: 400, message: 'The node rejected the transaction' },
  'transaction.reverted': { status: 400, message: 'The contract reverted the transaction' },
  'transaction.replaced': { status: 409, message: 'Another transaction used this nonce; nothing was sent' },
  'transaction.unsupported-type': { status: 400, message: 'The chain does not support this type of transaction' },
  'idempotency-key.reused': { status: 422, message: 'The idempotency key was used for a different request' },
  'idempotency-key.in-progress': {
    status: 409,
    message: 'A request with this idempotency key is in progress, try again later',
  },
  'idempotency-key.outcome-unknown': {
    status: 409,
    message: 'A request with this idempotency key was started and its outcome is unknown: check the current state',
  },
  'signature.raw-disabled': {
    status: 403,
    message: 'Raw signatures are disabled; the host option custody.rawSignatures enables them',
  },
  'signature.unsupported-type': { status: 400, message: 'The chain does not support this type of signature' },
  'signing-method.not-found': { status: 404, message: 'Signing method not found' },
  'signing-method.required': { status: 403, message: 'A signing method is required' },
  'signing-method.pin-must-be-first': { status: 400, message: 'The first signing method must be a PIN' },
  'signing-method.exists': { status: 409, message: 'The user already has a signing method of this type' },
  'signing-method.different-method-required': {
    status: 403,
    message: 'A different signing method of the same user must authorize this',
  },
  'signing-method.pin-not-deletable': { status: 400, message: 'A PIN cannot be deleted' },
  'signing-method.invalid-value': { status: 400, message: 'Invalid value for this type of signing method' },
  'signing-method.unsupported-type': { status: 400, message: 'This type of signing method is not configured' },
  'signing-method.no-verifier': {
    status: 501,
    message: 'No biometric verifier is configured; the host option authentication.verifier sets one',
  },
  'signing-method.face-unsupported': { status: 400, message: 'This signing method does not use a face' },
  'signing-method.invalid': { status: 403, message: 'Invalid signing method' },
  'signing-method.locked': { status: 403, message: 'The signing method is locked' },
  'pincode.incorrect': { status: 403, message: 'Incorrect pincode' },
  'pincode.no-tries-left': { status: 403, message: 'No pincode attempts left' },
  'login.failed': { status: 401, message: 'The login challenge failed, or its response was already used' },
  'file.not-found': { status: 404, message: 'File not found' },
  'file.unsupported-type': { status: 415, message: 'Unsupported file type' },
  'file.limit-reached': { status: 429, message: 'File quota reached for this wallet (number or bytes)' },
  'template.not-found': { status: 404, message: 'Template not found' },
  'application.not-found': { status: 404, message: 'Application not found' },
  'application.invalid-transition': {
    status: 409,
    message: 'The application cannot change from its current state to this one',
  },
  'did-wallet.not-found': { status: 404, message: 'DID wallet not found' },
  'did-wallet.alias-taken': { status: 409, message: 'This alias is taken by another DID wallet' },
  'did-wallet.alias-invalid': {
    status: 422,
    message: 'An alias must have 1 to 128 characters and must not be another DID',
  },
  'did-wallet.read-only': { status: 403, message: 'The key that controls this DID is not stored here' },
  'did-update.in-progress': { status: 409, message: 'Another update of this DID is in progress, try again later' },
  'did-update.step-pending': {
    status: 503,
    message: 'A DID update was sent and is not confirmed yet, repeat the request',
  },
  'did-update.step-failed': { status: 502, message: 'A DID update failed, repeat the request to try again' },
  'did-auth.invalid': { status: 403, message: 'Invalid x-did-auth token' },
  'did-auth.forbidden': { status: 403, message: 'The x-did-auth token does not control this DID' },
  'vault.not-found': { status: 404, message: 'Vault not found' },
  'vault.mpc-unavailable': { status: 501, message: 'No threshold signer is configured for MPC vaults' },
  'field.missing': { status: 400, message: 'A field must not be null or an empty string' },
  'field.encryption-required': { status: 403, message: 'The fields must be encrypted' },
  'field.decryption-failed': { status: 400, message: 'An encrypted field cannot be decrypted' },
  'date.invalid': { status: 400, message: 'Invalid date, expected YYYY-MM-DD' },
  'amount.invalid': { status: 400, message: 'Invalid amount' },
  'user.exists': { status: 409, message: 'The user already exists' },
  'contact.unverified': { status: 403, message: 'Email and phone cannot be changed without verification' },
  'password.too-weak': { status: 400, message: 'The password is too short, too long or too common' },
  'password.incorrect': { status: 401, message: 'Incorrect email or password' },
  'pin.invalid-format': { status: 400, message: 'A PIN must have 4 to 19 characters' },
  'pin.incorrect': { status: 403, message: 'Incorrect PIN' },
  'pin.authorization-required': { status: 403, message: 'Replacing a PIN requires the old PIN or the password' },
  'ledger.insufficient-funds': { status: 400, message: 'Insufficient funds' },
  'ledger.unbalanced': { status: 400, message: 'A transfer must have 2 to 16 legs that sum to zero' },
  'ledger.id-reused': { status: 409, message: 'This id was used for a different transfer or hold' },
  'ledger.hold-not-found': { status: 404, message: 'Hold not found' },
  'ledger.held-funds': { status: 400, message: 'Held funds can only be captured or released' },
  'ledger.hold-ended': { status: 409, message: 'The hold has ended' },
  'payment.not-found': { status: 404, message: 'Payment not found' },
  'payment.receiver-not-registered': { status: 400, message: 'The receiver is not registered' },
  'payment.to-self': { status: 400, message: 'Sender and receiver must differ' },
  'payment.pending-limit-reached': { status: 409, message: 'Another payment is pending' },
  'payment.sender-not-found': { status: 404, message: 'The sender is not registered' },
  'payment.proof-required': { status: 403, message: 'A proof of possession of the registered key is required' },
  'reference.reused': { status: 422, message: 'The reference was used for a different request' },
  'transaction.not-found': { status: 404, message: 'Transaction not found' },
  'transaction.amount-mismatch': { status: 400, message: 'The amount does not match the transaction' },
  'transaction.already-ended': { status: 409, message: 'The transaction already ended with another result' },
  'subscription.exists': { status: 409, message: 'The user already has a subscription' },
  'subscription.not-found': { status: 404, message: 'Subscription not found' },
  'subscription.invalid': { status: 400, message: 'Invalid subscription' },
  'webhook.not-found': { status: 404, message: 'Webhook endpoint not found' },
  'webhook.url-not-allowed': { status: 400, message: 'This URL is not allowed as a webhook endpoint' },
  'webhook.limit-reached': { status: 400, message: 'Limit of webhook endpoints reached for this tenant' },
  'webhook.events-disabled': { status: 501, message: 'Events are disabled; the host option events is false' },
  'webhook.invalid': { status: 400, message: 'Invalid webhook signature, or timestamp outside the allowed window' },
  unexpected: { status: 500, message: 'Something went wrong' },
} as const satisfies Record<string, { status: number; message: string }>

/** The code of a {@link BillfoldError}. Codes are stable: branch on them, not on messages. */
export type ErrorCode = keyof typeof errorTable

/** One problem of an input. */
export interface Issue {
  /** The path of the field, with dots: `body.items.0.id`. */
  readonly path: string
  /** The problem of the field, without its value. */
  readonly message: string
}

/** Details of a {@link BillfoldError}. All of them may be shown to the caller, except `cause`. */
export interface ErrorDetails {
  /** Replaces the default message of the code. */
  readonly message?: string
  /** The problems of an input, on `input.invalid`. */
  readonly issues?: readonly Issue[]
  /** Seconds after which a retry may succeed; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** The methods of a route, on `route.method-not-allowed`; sent as `Allow`. */
  readonly allow?: readonly string[]
  /** The underlying error. It is logged and never sent. */
  readonly cause?: unknown
}

/**
 * The error class of Billfold. Match it with {@link isBillfoldError}, or by `name` and `code`: `instanceof` fails when two
 * copies of the package are installed.
 */
export class BillfoldError extends Error {
  override readonly name = 'BillfoldError'
  readonly code: ErrorCode
  /** The default HTTP status of the code. */
  readonly status: number
  /** The problems of an input; empty for other errors. */
  readonly issues: readonly Issue[]
  /** Seconds after which a retry may succeed. */
  readonly retryAfterSeconds: number | undefined
  /** The methods of a route, on `route.method-not-allowed`. */
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
 * Returns true if a thrown value is a {@link BillfoldError}, also one of another installed copy of the package.
 *
 * @param error the thrown value
 * @param code if given, the error must have this code, and its type is narrowed to it
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, isBillfoldError, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * try {
 *   await billfold.users.erase('01890a5d-ac96-774b-bcce-b302099a8057')
 * } catch (error) {
 *   if (!isBillfoldError(error, 'user.not-found')) throw error
 * }
 * ```
 */
export function isBillfoldError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: Code,
): error is BillfoldError & { readonly code: Code } {
  return (
    error instanceof Error &&
    error.name === 'BillfoldError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  )
}
