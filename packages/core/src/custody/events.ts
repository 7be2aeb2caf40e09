import { z } from 'zod'
import { defineEvent, eventId } from '../platform/events/define-event.ts'

const wallet = { walletId: eventId, userId: eventId.nullable(), secretType: z.string().max(32) }
const transaction = {
  transactionId: eventId,
  walletId: eventId,
  secretType: z.string().max(32),
  hash: z.string().max(128),
}

/** The events of custody. */
export const custodyEvents = {
  'wallet.created': defineEvent('A wallet was created. A wallet without a user has its own PIN.', wallet),
  'wallet.imported': defineEvent('A wallet was created from an imported key.', wallet),
  'wallet.exported': defineEvent('The private key of a wallet was exported.', {
    ...wallet,
    type: z.enum(['KEYSTORE', 'PRIVATE_KEY']),
  }),
  'wallet.updated': defineEvent('The description, identifier, archive flag or primary flag of a wallet was updated.', {
    ...wallet,
    archived: z.boolean(),
    primary: z.boolean(),
  }),
  'wallet.linked': defineEvent('A wallet without a user was assigned to a user.', wallet),
  'transaction.created': defineEvent('A transaction was signed and is being broadcast.', transaction),
  'transaction.mined': defineEvent(
    'A transaction is final on chain, possibly under the hash of a fee-bumped replacement.',
    transaction,
  ),
  'transaction.failed': defineEvent('A transaction is final on chain, but its execution failed.', transaction),
  'transaction.rejected': defineEvent('A node rejected a transaction; it is not rebroadcast.', transaction),
  'transfer.received': defineEvent('A wallet has received coins or tokens in a block that is final.', {
    walletId: eventId,
    secretType: z.string().max(32),
    hash: z.string().max(128),
  }),
  'transaction.replaced': defineEvent('The nonce of a transaction was used by another transaction.', transaction),
}

/** The type of the declarations above, which is merged into that of all modules. */
export type CustodyEvents = typeof custodyEvents

declare module '../platform/events/event.ts' {
  interface ModuleEvents extends CustodyEvents {}
}
