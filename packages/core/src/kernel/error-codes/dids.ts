import type { ErrorTable } from './error-table.ts'

/** The error codes of DIDs. */
export const didErrors = {
  'did.invalid': { status: 400, message: 'Invalid DID' },
  'did.method-not-supported': { status: 400, message: 'The DID method is not supported' },
  'did.unknown-version': { status: 404, message: 'The DID has no such version' },
  'did.unknown-network': { status: 400, message: 'The network of the DID is not configured' },
  'did.update-conflict': { status: 409, message: 'The DID was changed concurrently, try again' },
  'did.history-too-long': { status: 400, message: 'The change history of the DID is too long' },
  'did.not-a-registry': { status: 400, message: 'No ERC-1056 registry at this address' },
  'did.api-url-not-allowed': { status: 400, message: 'This API URL is not allowed by the host' },
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
} as const satisfies ErrorTable
