import type { ErrorTable } from './error-table.ts'

/** The error codes of custody. */
export const custodyErrors = {
  'wallet.not-found': { status: 404, message: 'Wallet not found' },
  'wallet.already-linked': { status: 409, message: 'The wallet is already linked to a user' },
  'wallet.archived': { status: 400, message: 'The wallet is archived' },
  'wallet.import.duplicate': { status: 409, message: 'A wallet with this address already exists' },
  'wallet.import.unsupported-type': { status: 400, message: 'The chain does not support this kind of import' },
  'keystore.invalid': { status: 400, message: 'The keystore cannot be parsed' },
  'keystore.cost-too-high': { status: 400, message: 'The key derivation cost of the keystore is too high' },
  'keystore.wrong-password': { status: 400, message: 'Wrong keystore password' },
  'chain.unsupported': { status: 400, message: 'This chain is not configured' },
  'transaction.chain-unavailable': { status: 503, message: 'No node of the chain is available; nothing was sent' },
  'transaction.insufficient-funds': { status: 400, message: 'Insufficient funds in the wallet' },
  'transaction.rejected': { status: 400, message: 'The node rejected the transaction' },
  'transaction.reverted': { status: 400, message: 'The contract reverted the transaction' },
  'transaction.replaced': { status: 409, message: 'Another transaction used this nonce; nothing was sent' },
  'wallet-transaction.not-found': { status: 404, message: 'Transaction not found' },
  'transaction.not-pending': { status: 409, message: 'The transaction is not pending any more' },
  'transaction.fee-too-high': { status: 400, message: 'The fee that is needed now exceeds the limit of the host' },
  'transaction.expired': { status: 409, message: 'The transaction was not executed in time, and never will be' },
  'smart-account.unavailable': { status: 501, message: 'No bundler is configured for this chain' },
  'smart-account.deploying': {
    status: 409,
    message: 'The first operation of the account deploys it; nothing was sent, repeat once that is mined',
  },
  'transaction.delegation-not-allowed': {
    status: 403,
    message: 'The host does not allow this delegation; the option custody.delegation allows contracts',
  },
  'transaction.unsupported-type': { status: 400, message: 'The chain does not support this type of transaction' },
  'token-indexer.unavailable': { status: 501, message: 'No indexer of tokens is configured for this chain' },
  'token.not-found': { status: 404, message: 'No token contract at this address' },
  'signature.raw-disabled': {
    status: 403,
    message: 'Raw signatures are disabled; the host option custody.rawSignatures enables them',
  },
  'signature.unsupported-type': { status: 400, message: 'The chain does not support this type of signature' },
} as const satisfies ErrorTable
