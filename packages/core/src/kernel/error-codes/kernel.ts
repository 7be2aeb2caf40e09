import type { ErrorTable } from './error-table.ts'

/** The error codes of the kernel: input, storage, keyring and cryptography. */
export const kernelErrors = {
  'input.invalid': { status: 400, message: 'Invalid request' },
  'server.busy': { status: 429, message: 'Server busy, try again later' },
  'storage.unavailable': { status: 503, message: 'Storage unavailable, try again later' },
  'storage.schema-mismatch': { status: 503, message: 'The database schema does not match this version' },
  'storage.session-mismatch': { status: 503, message: 'The settings of the database session are unsuitable' },
  'storage.conflict': { status: 409, message: 'Conflict with a concurrent change, try again' },
  'keyring.unknown-key': { status: 503, message: 'The key that sealed this value is not in the keyring' },
  'keyring.unavailable': { status: 503, message: 'Keyring unavailable, try again later' },
  'keyring.invalid': { status: 500, message: 'Invalid keyring' },
  'sealed.invalid': { status: 500, message: 'A sealed value cannot be opened' },
  'crypto.invalid-key': { status: 400, message: 'Invalid key' },
  'crypto.invalid-signature': { status: 400, message: 'Invalid signature' },
  unexpected: { status: 500, message: 'Something went wrong' },
} as const satisfies ErrorTable
